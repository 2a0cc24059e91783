import { distance } from 'fastest-levenshtein';

const shortestPart = 3;

/** The names that were probably meant, nearest first: capitals and one slip in three letters are forgiven, and a part is enough. */
export function nearNames(asked: string, names: Iterable<string>, most = 3): readonly string[] {
  const wanted = tidy(asked);
  const slips = Math.max(1, Math.round(wanted.length / 3));
  const ranked: { readonly name: string; readonly rank: number }[] = [];
  for (const name of new Set(names)) {
    const candidate = tidy(name);
    const isPart = wanted.length >= shortestPart && candidate.includes(wanted);
    const mayBeNear = isPart || Math.abs(candidate.length - wanted.length) <= slips; // else no need to count
    const rank = isPart ? slips : mayBeNear ? distance(wanted, candidate) : slips + 1;
    if (rank <= slips && rank < Math.max(wanted.length, 1)) {
      ranked.push({ name, rank: candidate === wanted ? -1 : rank });
    }
  }
  return ranked
    .toSorted((one, other) => one.rank - other.rank || one.name.localeCompare(other.name))
    .slice(0, most)
    .map(({ name }) => name);
}

function tidy(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
