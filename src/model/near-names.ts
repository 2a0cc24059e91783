import { distance } from 'fastest-levenshtein';
import { fold } from './fold.ts';

/** How far a text is from the one that was asked for; null where the two are too different to be confused. */
export function farnessFrom(asked: string): (text: string) => number | null {
  const wanted = fold(asked);
  const isOneLetter = /^[ -~]$/.test(wanted); // it is part of nearly all names, and says nothing
  const words = wanted.split(/[ ,;]+/u).filter((word) => word !== '');
  const most = Math.min(3, Math.floor(wanted.length / 3));
  return (text) => {
    if (wanted === '' || text === '' || isOneLetter) {
      return null;
    }
    const folded = fold(text);
    if (folded.includes(wanted)) {
      return folded.startsWith(wanted) ? 0 : 1;
    }
    if (words.length > 1 && words.every((word) => folded.includes(word))) {
      return 2;
    }
    const parts = wanted.includes('@') ? [folded] : [folded, ...folded.split(/[ @]/u)];
    const nearestPart = Math.min(
      ...parts.map((part) => (Math.abs(part.length - wanted.length) > most ? most + 1 : distance(part, wanted))),
    );
    return nearestPart > most ? null : 2 + nearestPart;
  };
}

/**
 * The names that were probably meant, nearest first; those that are the same but for case and form alone, where there
 * are any.
 */
export function nearNames(asked: string, names: Iterable<string>, most = 3): readonly string[] {
  const farness = farnessFrom(asked);
  const candidates = [...new Set(names)];
  const same = candidates.filter((name) => fold(name) === fold(asked));
  if (same.length > 0) {
    return same.slice(0, most);
  }
  return candidates
    .map((name) => ({ name, far: farness(name) }))
    .filter(({ far }) => far !== null)
    .toSorted((one, other) => Number(one.far) - Number(other.far) || (one.name < other.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}
