import { basename } from 'node:path';
import type { FileIndex } from '../answers/file-index.ts';
import { limitsInWords } from '../answers/answer-text.ts';
import { csvBytes } from '../answers/csv.ts';
import type { Change } from '../answers/change.ts';
import { type Diff, diffOf } from '../answers/diff.ts';
import { changeCells, changeHeader, changeJson } from '../answers/diff-cells.ts';
import { diffInWords, diffLines, diffMarkdown } from '../answers/diff-text.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { markdownName, printable } from '../answers/printable.ts';
import { notReadField, originOf, unknownField } from '../answers/question-json.ts';
import { unknownInWords } from '../answers/unknown.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { projectNotes } from './project-notes.ts';
import { checkOneFormat, map } from './questions.ts';
import { readIndex, type ReadOptions } from './read-index.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import { isStore } from '../output/outputs.ts';
import { tell } from './tell.ts';
import { painter } from './terminal.ts';
import { fullPath, shownStore } from '../store-url.ts';

export interface DiffFlags {
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
  readonly humansOnly?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly project?: string;
}

/** The exit code of a comparison that found something, as `diff` has it. */
const changedCode = 1;

/** What changed between two files. */
export async function tellDiff(
  oldFile: string,
  given: string | undefined,
  options: DiffFlags,
  { signal, endWith }: Pick<CommandContext, 'signal' | 'endWith'>,
): Promise<void> {
  checkOneFormat(options);
  const newFile = newerOf(oldFile, given, options);
  const { from, to } = options;
  if (from !== undefined && to !== undefined && from > to) {
    throw new ConnectorError('config', '--from is later than --to: what was gained would be told as lost');
  }
  await using before = await readIndex(fullPath(oldFile), signal, sideOf(oldFile, options, options.from));
  await using after = await readIndex(fullPath(newFile), signal, sideOf(newFile, options, options.to));
  using diff = diffOf(before, after);
  const notes = [
    ...projectNotes(before, after),
    ...orderNotes(before, after),
    ...limitsInWords(after),
    ...olderNotes(before, after),
    ...diff.notCompared.map((text) => `note: ${text}`),
  ];
  if (options.json === true) {
    const head = {
      isSame: diff.isSame,
      old: { file: before.path, ...originOf(before.summary), ...notReadField(before), ...unknownField(before.unknown) },
      new: { file: after.path, ...originOf(after.summary), ...notReadField(after), ...unknownField(after.unknown) },
      counts: diff.counts,
      notDerived: after.gap,
      notCompared: diff.notCompared,
      ...(after.isHumansOnly && { humansOnly: true }),
    };
    await writeResult(jsonLines(head, 'changes', map(allChanges(diff), changeJson)), signal);
  } else if (options.csv === true) {
    await writeResult(csvBytes(changeHeader, map(allChanges(diff), changeCells)), signal);
    notes.forEach((note) => tell('info', note));
  } else if (options.md === true) {
    await writeResult(
      withEnds([
        '## Access changes',
        '',
        `From ${originInWords(before, markdownName)} to ${originInWords(after, markdownName)}.`,
        '',
        ...diffInWords(diff)
          .split('\n')
          .map((line) => `- ${line}`),
      ]),
      signal,
    );
    await writeResult(withEnds(diffMarkdown(diff)), signal);
    await writeResult(withEnds(['', ...notes.map((note) => `_${note}_`)]), signal);
  } else {
    await writeResult(
      withEnds(
        prose(`From ${originInWords(before, printable)}`, `  to ${originInWords(after, printable)}`, diffInWords(diff)),
      ),
      signal,
    );
    await writeResult(withEnds(diffLines(diff, screenWidth(), painter())), signal);
    await writeResult(withEnds(prose('', ...notes)), signal);
  }
  if (!diff.isSame) {
    endWith(changedCode);
  }
}

/** The newer side: a store may stand for both, where it is said which two syncs are meant. */
function newerOf(oldFile: string, given: string | undefined, { from, to }: DiffFlags): string {
  if (given === undefined && (!isStore(oldFile) || from === undefined)) {
    throw new ConnectorError(
      'config',
      isStore(oldFile)
        ? `say since when, as in "baton-descope diff ${printable(shownStore(oldFile))} --from 2026-01-01", or give the newer file, too`
        : 'diff needs two files, the older and the newer, or a store with --from',
    );
  }
  const newFile = given ?? oldFile;
  const [flag, path] = from !== undefined && !isStore(oldFile) ? ['--from', oldFile] : ['--to', newFile];
  if ((from !== undefined && !isStore(oldFile)) || (to !== undefined && !isStore(newFile))) {
    throw new ConnectorError('config', `${flag} is for a store, and ${printable(path)} holds one sync`);
  }
  return newFile;
}

/** How one side is read: a project is chosen where there may be several. */
function sideOf(path: string, { humansOnly, project }: DiffFlags, at: number | undefined): ReadOptions {
  return { humansOnly, isWhole: true, ...(isStore(path) && { at, project }) };
}

/** Every change, and behind them what follows from them in tenants below. */
export function* allChanges(diff: Diff): Generator<Change> {
  yield* diff.flaggedFirst();
  yield* diff.inheritedAccess();
}

/** The older one was to come first. */
function orderNotes({ summary: first }: FileIndex, { summary: second }: FileIndex): string[] {
  const [before, after] = [first, second].map(({ finishedAt }) => Date.parse(finishedAt ?? ''));
  return before !== undefined && after !== undefined && before > after
    ? ['warning: the first one is newer than the second: what is told as gained was lost, and the other way round']
    : [];
}

/** The unknown types of the older file, if they differ from those of the newer one. */
function olderNotes(before: FileIndex, after: FileIndex): string[] {
  const now = new Set(unknownInWords(after.unknown));
  return unknownInWords(before.unknown)
    .filter((text) => !now.has(text))
    .map((text) => `note: in the older file ${text}`);
}

function originInWords({ path, summary }: FileIndex, name: (text: string) => string): string {
  return `${name(basename(path))}${summary.finishedAt === undefined ? '' : ` (${printable(summary.finishedAt)})`}`;
}
