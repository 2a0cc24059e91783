import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { maxParallelFetchesCeiling } from './lanes.ts';
import type { Proxy } from './proxy.ts';

/** How requests leave this machine. */
export interface Route {
  /** The proxy that they go through; straight to Descope when left out. */
  readonly proxy?: Proxy | undefined;
  /** Certificates (PEM) of CAs that are trusted besides those that Node trusts. */
  readonly extraCa?: readonly string[] | undefined;
}

/**
 * Connections that are kept between requests, never more than requests may be in flight. `connectMs` ends a tunnel that a
 * proxy does not open: Node waits for it without an end otherwise, and nobody else holds that connection.
 */
export function createAgents({ proxy, extraCa }: Route, connectMs: number): { readonly http: HttpAgent; readonly https: HttpsAgent } {
  const options = {
    keepAlive: true,
    maxSockets: maxParallelFetchesCeiling,
    ...(proxy !== undefined && { proxyEnv: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }, timeout: connectMs }),
  };
  return {
    http: new HttpAgent(options),
    https: new HttpsAgent({ ...options, ...(extraCa !== undefined && { ca: [...getCACertificates('default'), ...extraCa] }) }),
  };
}
