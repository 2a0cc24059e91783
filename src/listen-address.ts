import { isIP } from 'node:net';

/** A host to listen on, without brackets, and how it is written before a port. */
export interface ListenHost {
  readonly host: string;
  readonly written: string;
}

/** What is wrong with a text as an address to listen on; one clause that follows the name of the setting. */
export interface AddressFlaw {
  readonly flaw: string;
}

const name = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

const hasScheme = /^[a-z]+:\/\//i;

/**
 * A host alone: a name, an IPv4 address, or an IPv6 address with or without brackets. Never a port, a zone or nothing.
 */
export function parseListenHost(text: string): ListenHost | AddressFlaw {
  const bare = /^\[([^[\]]*)\]$/.exec(text)?.[1];
  if (text.trim() === '' || bare === '') {
    return {
      flaw: 'is empty, which would listen on every address of this machine: name one, such as 127.0.0.1, or 0.0.0.0 and :: for all',
    };
  }
  if (text.includes('%')) {
    return { flaw: 'has a zone ("%..."), which cannot be listened on: give the address without it, or :: for all' };
  }
  if (hasScheme.test(text)) {
    return { flaw: 'must be an address without "http://" or a path' };
  }
  const address = bare ?? text;
  if (isIP(address) === 6) {
    return { host: address, written: `[${address}]` };
  }
  if (/:\d{1,5}$/.test(text) && (bare === undefined || isIP(address) === 0)) {
    return { flaw: 'must be an address without a port' };
  }
  if (bare !== undefined || text.includes(':')) {
    return { flaw: 'is no IPv6 address' };
  }
  if (
    isIP(address) === 4 ||
    (name.test(address) && !/^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*\.?$/i.test(address))
  ) {
    return { host: address, written: address };
  }
  return { flaw: 'is not an address: it must be like 127.0.0.1, 0.0.0.0, ::1 or a host name' };
}

/** `HOST:PORT`; an IPv6 host stands in brackets. */
export function parseListenAddress(text: string): (ListenHost & { readonly port: number }) | AddressFlaw {
  if (text.trim() === '') {
    return { flaw: 'is empty: it must be like 127.0.0.1:9090, or [::1]:9090' };
  }
  if (hasScheme.test(text)) {
    return { flaw: 'must be an address and a port without "http://" or a path: 127.0.0.1:9090' };
  }
  const [, hostText, digits] = /^(\[[^\]]*\]|[^\s:[\]]*):([^:[\]]*)$/.exec(text) ?? [];
  if (hostText === undefined || digits === undefined) {
    return {
      flaw:
        isIP(text) === 6 || /^[^[]*:.*:/.test(text)
          ? 'needs brackets around an IPv6 address, and a port: [::1]:9090'
          : 'must have a host and a port: 127.0.0.1:9090, or [::1]:9090',
    };
  }
  const host = parseListenHost(hostText);
  if ('flaw' in host) {
    return host.flaw.startsWith('is empty')
      ? {
          flaw: 'names no host, which would listen on every address of this machine: 127.0.0.1:9090, or 0.0.0.0:9090 and [::]:9090 for all',
        }
      : host;
  }
  return /^\d{1,5}$/.test(digits) && Number(digits) <= 65_535
    ? { ...host, port: Number(digits) }
    : { flaw: 'must have a port from 0 to 65535 after the last colon (0 takes a free one)' };
}
