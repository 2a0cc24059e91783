import type { CommandInfo, FlagInfo, Value } from './command-tree.ts';

/** What files of syncs and stores end with, for shells that offer only those as FILE. */
export const fileEndings: readonly string[] = ['json', 'ndjson', 'c1z', 'db'];

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Every way to spell the flags. */
export function spellings(flags: readonly FlagInfo[]): readonly string[] {
  return flags
    .flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])])
    .filter((word) => word !== '');
}

/** Whether a value is one of some words that are known beforehand. */
export function isWorded(value: 'none' | Value): value is readonly string[] {
  return typeof value !== 'string';
}

/** Whether a value is a name out of a sync. */
export function isNamed(value: 'none' | Value): value is Exclude<Value, 'file' | 'any' | readonly string[]> {
  return typeof value === 'string' && !['none', 'file', 'any'].includes(value);
}

export function parentOf({ words }: CommandInfo): string {
  return words.split(' ').slice(0, -1).join(' ');
}

export function lastWord({ words }: CommandInfo): string {
  return words.split(' ').at(-1) ?? '';
}

export function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
