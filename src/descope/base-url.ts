import { ConnectorError } from '../errors.ts';
import { isLoopbackHost } from '../loopback.ts';

const projectIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const descopeHost = /^api(\.[a-z0-9]+)?\.descope\.com$/;
const regionPattern = /^[a-z0-9]{4}$/;

/**
 * The Management API's address for a project. A project id of 32 characters carries its region in characters 2 to 5
 * ("Puse1..." lives at api.use1.descope.com); one of 28 has none. Source: the official Go and Python SDKs.
 */
export function deriveBaseUrl(projectId: string): string {
  const region = projectId.slice(1, 5);
  return projectId.length === 32 && projectId.startsWith('P') && regionPattern.test(region)
    ? `https://api.${region}.descope.com`
    : 'https://api.descope.com';
}

/** True for an address of Descope itself, in any region; false for a custom domain, a proxy or this machine. */
export function isDescopeUrl(baseUrl: string): boolean {
  const { protocol, hostname, port } = new URL(baseUrl);
  return protocol === 'https:' && port === '' && descopeHost.test(hostname);
}

/** The project id, trimmed, or a `config` error. It becomes part of a header and perhaps of a host name. */
export function parseProjectId(value: string): string {
  const projectId = value.trim();
  if (/^["'`\u2018-\u201F]/.test(projectId)) {
    throw new ConnectorError('config', 'the Descope project id has quotes around it: leave them out');
  }
  if (projectId !== '' && !projectId.startsWith('P')) {
    throw new ConnectorError(
      'config',
      'the Descope project id must begin with "P" (what was given is not shown: it could be a key); copy it from Console > Project',
    );
  }
  if (!projectIdPattern.test(projectId)) {
    throw new ConnectorError(
      'config',
      'the Descope project id may hold letters, digits, "-" and "_" only; copy it from Console > Project (it starts with "P")',
    );
  }
  return projectId;
}

/**
 * An explicit base URL without its trailing slash, or a `config` error: https only, plain http for loopback addresses
 * alone, no user name, query or fragment.
 */
export function parseBaseUrl(value: string): string {
  let url: URL;
  try {
    url = new URL(value.trim());
  } catch {
    throw new ConnectorError('config', 'the Descope base URL is not a URL; it looks like https://api.descope.com');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConnectorError('config', 'the Descope base URL must not carry a user name, a query or a fragment');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    throw new ConnectorError(
      'config',
      `the Descope base URL must use https (plain http is for loopback addresses only), not ${url.protocol}//${url.host}`,
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}
