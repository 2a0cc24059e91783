import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import { maxParallelFetchesCeiling } from './limiter.ts';
import type { Proxy } from './proxy.ts';
import { TunnelAgent } from './tunnel.ts';

/** How requests leave this machine. */
export interface Route {
  /** The proxy that requests go through; straight to Descope when left out. */
  readonly proxy?: Proxy | undefined;
  /** Certificates (PEM) of CAs that are trusted besides those that Node trusts. */
  readonly extraCa?: readonly string[] | undefined;
}

/**
 * Agents that keep connections between requests, as many as requests may be in flight. Plain http is for loopback,
 * which uses no proxy.
 */
export function createAgents(
  { proxy, extraCa }: Route,
  connectMs: number,
): { readonly http: HttpAgent; readonly https: HttpsAgent } {
  const options = { keepAlive: true, maxSockets: maxParallelFetchesCeiling };
  const secure = { ...options, ...(extraCa !== undefined && { ca: [...getCACertificates('default'), ...extraCa] }) };
  const tunnel = { connectMs, maxOpening: 2 * maxParallelFetchesCeiling };
  return {
    http: new HttpAgent(options),
    https: proxy === undefined ? new HttpsAgent(secure) : new TunnelAgent(secure, { ...tunnel, proxyUrl: proxy.url }),
  };
}
