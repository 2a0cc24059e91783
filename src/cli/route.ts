import { readCaFile } from '../config/ca-file.ts';
import type { Environment } from '../config/environment.ts';
import type { Facts } from '../config/load.ts';
import { deriveBaseUrl } from '../descope/base-url.ts';
import { chooseProxy } from '../descope/http/proxy.ts';
import type { Route } from '../descope/http/route.ts';

/** The way to an address. Throws `config` for a proxy or a file that cannot be used. */
export function routeTo(address: string, caFile: string | undefined, env: Environment): Route {
  return { proxy: chooseProxy(address, env), ...(caFile !== undefined && { extraCa: readCaFile(caFile) }) };
}

/** A check for `resolveSettings` that finds the way to Descope, which is then there. */
export interface RouteFinder {
  readonly check: (facts: Facts) => void;
  readonly found: () => Route;
}

/** Finds proxy and CAs together with the settings, so that their problems are told with those of the settings. */
export function routeFinder(env: Environment): RouteFinder {
  let route: Route = {};
  return {
    found: () => route,
    check: ({ values: { projectId, baseUrl, caFile } }) => {
      const address = baseUrl ?? (projectId === undefined ? undefined : deriveBaseUrl(projectId));
      if (address !== undefined) {
        route = routeTo(address, caFile, env);
      }
    },
  };
}
