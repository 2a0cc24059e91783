import { useEffect, useState } from 'preact/hooks';

export const kinds = ['people', 'tenants', 'roles', 'permissions'] as const;
export type Kind = (typeof kinds)[number];

/** Where the reader is: the parts of the address after "#/", decoded. */
export type Route = readonly string[];

export function toHash(...parts: readonly string[]): string {
  return `#/${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseHash(hash);
}

/** A hash that is none of ours reads as the first page. */
export function parseHash(hash: string): Route {
  try {
    return hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  } catch {
    return [];
  }
}
