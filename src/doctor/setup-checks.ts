import { statSync } from 'node:fs';
import { deriveBaseUrl, isDescopeUrl } from '../descope/base-url.ts';
import type { Route } from '../descope/http/route.ts';
import { isLoopbackHost } from '../loopback.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, ok, warn } from './check.ts';

/** The shape of the project id: 28 characters, or 32 with the region in it. Source: the vendor's SDKs. */
export function checkProjectId(projectId: string): Check {
  const name = 'project id';
  if (!projectId.startsWith('P')) {
    return warn(
      name,
      `${projectId} does not begin with "P"`,
      'Copy the id from Console > Project; a tenant or user id will not do.',
    );
  }
  if (projectId.length !== 28 && projectId.length !== 32) {
    return warn(
      name,
      `${projectId} has ${projectId.length} characters; 28 or 32 are usual`,
      'Copy the id from Console > Project; perhaps a part is missing.',
    );
  }
  const region = regionOf(projectId);
  return ok(name, `${projectId}, which names ${region === undefined ? 'no region' : `the region ${region}`}`);
}

/** Whether the address fits the region that the project id names. A project lives in one region for life. */
export function checkBaseUrl(projectId: string, baseUrl: string | undefined): Check {
  const name = 'base URL';
  const derived = deriveBaseUrl(projectId);
  const { hostname } = new URL(baseUrl ?? derived);
  if (baseUrl === undefined || baseUrl === derived) {
    return ok(name, `${derived}, as the project id has it`);
  }
  if (isLoopbackHost(hostname)) {
    return ok(name, `${baseUrl}, on this machine`);
  }
  if (!isDescopeUrl(baseUrl)) {
    return ok(name, `${baseUrl}, a domain of your own`);
  }
  if (regionOf(projectId) === undefined) {
    return ok(name, `${baseUrl}; the project id does not say whether that is its region`);
  }
  return warn(
    name,
    `${baseUrl}, but the project id names ${derived}`,
    'Leave --base-url out: the address follows from the project id.',
  );
}

/** What people set for other programs and expect to count. */
const otherProxyVariables = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/**
 * Which way requests go, whom they trust on it, and which variables name a proxy that is not used. Values are not
 * shown: a proxy's address may hold a password.
 */
export function checkRoute(
  baseUrl: string,
  { proxy, extraCa = [] }: Route = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Check {
  const name = 'network path';
  const { host, hostname } = new URL(baseUrl);
  const trust =
    extraCa.length === 0
      ? ''
      : `; ${extraCa.length} more CA certificate${extraCa.length === 1 ? '' : 's'} from --ca-file`;
  if (proxy !== undefined) {
    return ok(name, `through the proxy ${proxy.place} (${proxy.variable})${trust}`);
  }
  const isSet = (variable: string): boolean => (env[variable]?.trim() ?? '') !== '';
  const unused = otherProxyVariables.filter(isSet);
  if (unused.length > 0 && !isLoopbackHost(hostname) && !isSet('HTTPS_PROXY') && !isSet('https_proxy')) {
    return warn(
      name,
      `straight to ${host}; ${unused.join(' and ')} set, but not used: Descope is asked over https${trust}`,
      'If only the proxy may go out, name it in HTTPS_PROXY, too.',
    );
  }
  return ok(name, `straight to ${host}${trust}`);
}

/** Where a key comes from, and who else may read its file. */
export function checkKeyPlace(
  { source, path }: { readonly source: string; readonly path?: string | undefined },
  name = 'key file',
): Check {
  if (path === undefined) {
    return ok(name, `no file: the key comes from ${source}`);
  }
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) !== 0) {
    return warn(
      name,
      `${path} can be read by others (mode ${(mode & 0o777).toString(8)})`,
      `chmod 600 ${shellWord(path)}`,
    );
  }
  return ok(name, `${path}, for its owner only`);
}

export function regionOf(projectId: string): string | undefined {
  return /^https:\/\/api\.([a-z0-9]{4})\.descope\.com$/.exec(deriveBaseUrl(projectId))?.[1];
}
