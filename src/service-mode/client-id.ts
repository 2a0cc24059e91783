import { ConnectorError } from '../errors.ts';

/** What a client id says: who we are to the platform, and where that is. */
export interface ClientId {
  readonly text: string;
  /** The part before the "@": the connector's name in the user agent. */
  readonly name: string;
  /** Whom an assertion is meant for: the host without its port, whatever is dialled. */
  readonly audience: string;
  /** Host and port that are dialled. */
  readonly address: string;
}

const form = '"name@host/path", as the platform shows it when it makes the credential';

/**
 * Reads a client id, `name@host/rest`; a port behind the host is dialled. `override` (BATON_C1_API_HOST) changes where
 * is dialled and nothing else. Throws `config`.
 */
export function parseClientId(text: string, override = ''): ClientId {
  const [, name = '', host = ''] = /^([^@]*)@([^/]*)\//.exec(text) ?? [];
  const meant = addressOf(host);
  if (name === '' || meant === undefined) {
    throw new ConnectorError('config', `BATON_CLIENT_ID (--client-id) is not a client id: it looks like ${form}`);
  }
  const dialled = override.trim() === '' ? meant : addressOf(override.trim());
  if (dialled === undefined) {
    throw new ConnectorError(
      'config',
      'BATON_C1_API_HOST is not a host, or a host and a port: leave out everything else',
    );
  }
  return { text, name, audience: meant.hostname, address: dialled.host };
}

function addressOf(host: string): { readonly hostname: string; readonly host: string } | undefined {
  const url = /^[\w.:[\]-]+$/.test(host) ? URL.parse(`https://${host}`) : null;
  return url === null || url.hostname === ''
    ? undefined
    : { hostname: url.hostname, host: `${url.hostname}:${url.port === '' ? '443' : url.port}` };
}
