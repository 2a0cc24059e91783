import { BlockList, isIP } from 'node:net';
import { ConnectorError } from '../../errors.ts';
import { isLoopbackHost } from '../../loopback.ts';

/** The environment of a process, which names the proxy. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** The proxy that requests to one address go through. */
export interface Proxy {
  /** With user name and password, if there are any: never shown. */
  readonly url: string;
  /** Host and port, to be shown. */
  readonly place: string;
  /** The variable that named it. */
  readonly variable: string;
}

/**
 * The proxy for an address, by the conventions of curl and Go: HTTPS_PROXY for https, HTTP_PROXY for http, in capital
 * or small letters, except for what NO_PROXY lists. Requests to loopback addresses use no proxy. Throws `config` for a
 * proxy that cannot be used: without an error, requests would go another way than was asked for.
 */
export function chooseProxy(baseUrl: string, env: ProxyEnvironment): Proxy | undefined {
  const target = new URL(baseUrl);
  const named = firstSet(env, target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (
    named === undefined ||
    isLoopbackHost(target.hostname) ||
    isExempt(target, firstSet(env, 'NO_PROXY')?.text ?? '')
  ) {
    return undefined;
  }
  return parseProxy(named.text, named.variable);
}

function firstSet(
  env: ProxyEnvironment,
  name: string,
): { readonly text: string; readonly variable: string } | undefined {
  for (const variable of [name, name.toLowerCase()]) {
    const text = env[variable]?.trim() ?? '';
    if (text !== '') {
      return { text, variable };
    }
  }
  return undefined;
}

function parseProxy(text: string, variable: string): Proxy {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === '') {
    throw new ConnectorError(
      'config',
      `${variable} is not the address of a proxy: it looks like http://proxy.example:3128`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConnectorError(
      'config',
      `${variable} names a proxy that speaks ${url.protocol.slice(0, -1)}: only http:// and https:// proxies can be used`,
    );
  }
  return {
    url: url.href,
    place: url.port === '' ? `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}` : url.host,
    variable,
  };
}

/**
 * Whether NO_PROXY names the target: `*`, a host (with all below it), an address, a range such as 10.0.0.0/8; each with
 * or without a port.
 */
function isExempt(target: URL, noProxy: string): boolean {
  const host = bare(target.hostname);
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '' || entry === '*') {
      return entry === '*';
    }
    const [, name = entry, onlyPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
    return (onlyPort === undefined || onlyPort === port) && namesHost(bare(name.toLowerCase()), host);
  });
}

function namesHost(name: string, host: string): boolean {
  const family = isIP(host);
  if (family !== 0) {
    return name === host || (name.includes('/') && isInRange(host, family, name));
  }
  const domain = name.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(host: string, family: number, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  if (isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
