/** Sets an entry in place of an old one, keeping its position in the order. */
export function replaceKey<T>(map: Map<string, T>, oldKey: string | undefined, key: string, value: T): Map<string, T> {
  if (oldKey === undefined || oldKey === key || !map.has(oldKey)) return map.set(key, value);
  return new Map([...map].map(([at, entry]) => (at === oldKey ? [key, value] : [at, entry])));
}
