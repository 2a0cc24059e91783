import { type Named, suggest, suggestAmong, suggestedTypes, type SuggestKind } from '../answers/suggest.ts';
import { isStore } from '../output/outputs.ts';
import { isPostgres } from '../store-url.ts';
import { fileAmong, newestFile } from './file-argument.ts';
import type { CommandContext } from './command-context.ts';
import { temporaryPlace } from '../output/work-places.ts';

/** Suggestions must come within this time after the key was pressed, or none are made. */
const longestMs = 2_000;

/**
 * Names for a completion script, a line each: the name, a tab, and what else tells it apart. They come from the file
 * among the words that stand on the command line, else from the newest one. Whatever goes wrong, nothing is suggested.
 */
export async function tellSuggestions(
  kind: SuggestKind,
  typed: string,
  words: readonly string[],
  { env, signal, write }: Pick<CommandContext, 'env' | 'signal' | 'write'>,
): Promise<void> {
  try {
    const work = temporaryPlace();
    const path = fileAmong(words) ?? (await newestFile(env, { work }))?.path;
    if (path !== undefined) {
      const found = isStore(path)
        ? suggestAmong(await namesOf(path, kind, typed), typed)
        : await suggest(path, kind, typed, {
            signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
            work,
          });
      write(found.map(({ text, about }) => `${text}\t${about}\n`).join(''));
    }
  } catch {
    // a message would appear in the middle of the line that is being typed
  }
}

/** A server may not answer, nor whoever knows its address: then the process ends, and nothing is suggested. */
const longestElsewhereMs = 1_000;

async function namesOf(path: string, kind: SuggestKind, typed: string): Promise<readonly Named[]> {
  const types = suggestedTypes[kind];
  if (!isPostgres(path)) {
    return (await import('../history/store-names.ts')).namesIn(path, types, typed);
  }
  const { namesInPostgres } = await import('../history/postgres/names.ts');
  const timer = setTimeout(() => process.exit(), longestElsewhereMs);
  try {
    return await namesInPostgres(path, types, typed);
  } finally {
    clearTimeout(timer);
  }
}
