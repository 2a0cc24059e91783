import { limitsInWords } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { blastRadius, type BlastRadius } from '../answers/reach/blast.ts';
import { type FallKind, fallKinds } from '../answers/reach/fall-kinds.ts';
import {
  countRows,
  fallCells,
  fallJson,
  fallNotes,
  fallTitle,
  kindTitles,
  relevantToFall,
} from '../answers/reach/fall-text.ts';
import { mermaidLines } from '../answers/reach/mermaid.ts';
import { createWayCounter, wayLines, waysNotes, waysTitle, waysTotals } from '../answers/reach/way-text.ts';
import { edgesOf, relevantToReach, waysJson } from '../answers/reach/way-json.ts';
import { type WaysOf, waysOf } from '../answers/reach/ways-of.ts';
import { tableLines } from '../answers/table.ts';
import { fullPath } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { chooseFile, splitFile, splitFileAndTwo } from './file-argument.ts';
import { readIndex } from './read-index.ts';
import { map } from './questions.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import type { WhenFlags } from './stored.ts';
import { tell } from './tell.ts';
import { painter } from './terminal.ts';

/** How an answer is told. */
export type ReachFormat = 'text' | 'json' | 'mermaid';

export interface PathFlags extends WhenFlags {
  readonly format: ReachFormat;
  readonly tenant?: string;
}

export interface BlastFlags extends PathFlags {
  readonly rows?: readonly (FallKind | 'all')[];
}

const paint = painter();

/** Every way from somebody to something. The words are `[FILE] WHO WHAT`. */
export async function tellPath(
  words: readonly string[],
  options: PathFlags,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<void> {
  const { file, asked } = splitFileAndTwo(words, {
    command: 'path',
    nouns: ['user or key', 'permission'],
    example: 'ada@acme.example invoices.approve',
  });
  const [who = '', what = ''] = asked;
  await using index = await readIndex(fullPath(await chooseFile(file, { env })), signal, {
    ...options,
    isLean: true,
    names: [who, what, options.tenant],
  });
  const answer = waysOf(index, who, what, options.tenant);
  if (options.format === 'json') {
    const { head, list, rows } = waysJson(index, answer);
    await writeResult(jsonLines(head, list, rows()), signal);
  } else if (options.format === 'mermaid') {
    await writeResult(withEnds(mermaidLines(edgesOf(answer.ways()), tellCut)), signal);
    [...waysNotes(index, answer), ...limitsInWords(index, relevantToReach)].forEach((note) => tell('info', note));
  } else {
    await writeResult(withEnds(waysText(index, answer)), signal);
  }
}

function tellCut(edges: number): void {
  tell('warn', `the drawing has no room for ${edges.toLocaleString('en')} more edges: --format json tells them all`);
}

/** A screen of ways; `--format json` tells all. */
const mostShown = 100;

function* waysText(index: FileIndex, answer: WaysOf): Generator<string> {
  yield* prose(waysTitle(answer)).map((line) => paint('bold', line));
  const { add, counts } = createWayCounter();
  let place = 0;
  for (const chain of answer.ways()) {
    add(chain);
    place += 1;
    if (place <= mostShown) {
      yield* prose(...wayLines(chain, place));
    }
  }
  if (place > mostShown) {
    yield* prose(
      `... and ${(place - mostShown).toLocaleString('en')} more ways: --format json tells them all, --tenant fewer.`,
    );
  }
  yield* prose(waysTotals(answer, counts()), ...waysNotes(index, answer));
  yield* prose(...limitsInWords(index, relevantToReach)).map((note) => paint('dim', note));
}

/** Everything that falls if somebody or something falls. The words are `[FILE] SUBJECT`. */
export async function tellBlastRadius(
  words: readonly string[],
  options: BlastFlags,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<void> {
  const { format, rows = [], tenant } = options;
  const { file, asked } = splitFile(words, { command: 'blast-radius', noun: 'subject', example: 'ada@acme.example' });
  const kinds = rows.includes('all') ? fallKinds : fallKinds.filter((kind) => rows.includes(kind));
  await using index = await readIndex(fullPath(await chooseFile(file, { env })), signal, {
    ...options,
    isLean: true,
    names: [asked, tenant],
  });
  const answer = blastRadius(index, asked, tenant);
  if (format === 'json') {
    const { head, list, rows: all } = fallJson(index, answer, kinds);
    await writeResult(jsonLines(head, list, all()), signal);
  } else if (format === 'mermaid') {
    await writeResult(withEnds(mermaidLines(answer.edges(), tellCut)), signal);
    [...fallNotes(answer), ...limitsInWords(index, relevantToFall)].forEach((note) => tell('info', note));
  } else {
    await writeResult(withEnds(fallLines(index, answer, kinds)), signal);
  }
}

function* fallLines(index: FileIndex, answer: BlastRadius, kinds: readonly FallKind[]): Generator<string> {
  const width = screenWidth();
  yield* prose(fallTitle(answer)).map((line) => paint('bold', line));
  yield* tableLines(countRows(answer, index.types), { width });
  yield* prose(...fallNotes(answer));
  for (const kind of kinds) {
    yield* prose(kindTitles[kind]).map((line) => paint('bold', line));
    yield* tableLines(map(answer.rows([kind]), fallCells), { width, shrink: [{ column: 0, to: 24 }], hasNotes: true });
  }
  yield* prose(...limitsInWords(index, relevantToFall)).map((note) => paint('dim', note));
}
