import { getCACertificates } from 'node:tls';
import { type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { sdkVersion, version } from '../version.ts';
import type { ClientId } from './client-id.ts';

/** How the platform is reached, and whom we trust on the way. */
export interface PlatformRoute {
  /** An http:// proxy, with user name and password where it has them; straight when left out. */
  readonly proxyUrl?: string | undefined;
  /** Certificates (PEM) of CAs that are trusted besides the usual ones. */
  readonly extraCa?: readonly string[] | undefined;
}

/**
 * A connection to the platform, made with the first call and kept. TLS always. Roots and proxy are given here: grpc-js
 * would take the roots that a variable of its own names, and a proxy from variables in small letters only.
 */
export function openChannel({ address, name }: ClientId, { proxyUrl, extraCa = [] }: PlatformRoute): Client {
  const roots = [...getCACertificates('default'), ...extraCa].join('\n');
  const options: ChannelOptions = {
    'grpc.primary_user_agent': `${name} baton-sdk/v${sdkVersion} baton-descope/${version}`,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 1_000,
    'grpc.max_reconnect_backoff_ms': 10_000,
  };
  const through = proxyUrl === undefined ? undefined : proxied(address, proxyUrl);
  return new Client(
    through?.target ?? `dns:///${address}`,
    credentials.createSsl(Buffer.from(roots)),
    through === undefined ? options : { ...options, ...through.options },
  );
}

/** grpc-js opens the tunnel itself, through plain http proxies only. */
function proxied(address: string, proxyUrl: string): { readonly target: string; readonly options: ChannelOptions } {
  const { protocol, hostname, port, username, password } = new URL(proxyUrl);
  if (protocol !== 'http:') {
    throw new ConnectorError(
      'config',
      'service mode goes through http:// proxies only, and HTTPS_PROXY names one that speaks https; give an http:// ' +
        'address, or list the platform in NO_PROXY',
    );
  }
  return {
    target: `dns:///${hostname}:${port === '' ? '80' : port}`,
    options: {
      'grpc.http_connect_target': `dns:${address}`,
      'grpc.default_authority': address.replace(/:443$/, ''),
      ...(username !== '' && {
        'grpc.http_connect_creds': `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
      }),
    },
  };
}
