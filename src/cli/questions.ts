import type { FileIndex } from '../answers/file-index.ts';
import { type AccessOf, accessOf } from '../answers/access-of.ts';
import type { AccessPath } from '../answers/access-path.ts';
import {
  gainCells,
  gainShrink,
  limitsInWords,
  heldCells,
  heldShrink,
  pathCells,
  pathHeader,
  tenantInWords,
  whoCells,
  whoShrink,
} from '../answers/answer-text.ts';
import { csvBytes } from '../answers/csv.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { namesakesIn } from '../answers/namesakes.ts';
import { aboutPrincipal, keyRow, personInWords, principalInWords } from '../answers/principal-text.ts';
import { printable } from '../answers/printable.ts';
import { accessJson, type JsonAnswer, relevantTo, whoCanJson } from '../answers/question-json.ts';
import { tableLines } from '../answers/table.ts';
import type { UserGroup } from '../answers/user-groups.ts';
import { type WhoCan, whoCan } from '../answers/who-can.ts';
import { whoNotes, whoTitle, whoTotals } from '../answers/who-text.ts';
import { ConnectorError } from '../errors.ts';
import { chooseFile, splitFile } from './file-argument.ts';
import type { CommandContext } from './command-context.ts';
import { readIndex } from './read-index.ts';
import type { WhenFlags } from './stored.ts';
import { tell as tellNote } from './tell.ts';
import { painter } from './terminal.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import { fullPath } from '../store-url.ts';

export interface AnswerFlags {
  readonly csv?: boolean;
  readonly json?: boolean;
}

export type AccessFlags = AnswerFlags & WhenFlags & { readonly directOnly?: boolean; readonly humansOnly?: boolean };
export type WhoCanFlags = AccessFlags & { readonly tenant?: string };

const paint = painter();

type QuestionContext = Pick<CommandContext, 'env' | 'signal'>;

/** Who has a permission, and where. The words are `[FILE] PERMISSION`. */
export async function tellWhoCan(
  words: readonly string[],
  options: WhoCanFlags,
  { env, signal }: QuestionContext,
): Promise<void> {
  checkOneFormat(options);
  const { file, asked } = splitFile(words, { command: 'who-can', noun: 'permission', example: 'invoices.approve' });
  await using index = await readIndex(fullPath(await chooseFile(file, { env })), signal, {
    ...options,
    isLean: true,
    question: { about: 'who-can', of: asked },
    names: [options.tenant],
  });
  await tell(options, index, signal, whoCanAnswer(index, whoCan(index, asked, options.tenant, options)));
}

/** Who has something, ready to be told. */
export function whoCanAnswer(index: FileIndex, answer: WhoCan): Answer {
  const isPermission = answer.asked.type === 'permission';
  return {
    json: () => whoCanJson(index, answer),
    relevant: relevantTo(answer),
    paths: () => answer.paths(),
    gains: () => answer.gains(),
    *text(paths, gains) {
      const names = namesakesIn(index.database);
      let inherited = 0;
      const where = answer.tenant === undefined ? '' : ` in ${printable(tenantInWords(answer.tenant, names))}`;
      yield* prose(whoTitle(answer, where)).map((line) => paint('bold', line));
      yield* tableLines(
        map(paths, (path) => {
          inherited += path.way === 'inherited' ? 1 : 0;
          return whoCells(path, names);
        }),
        {
          width: screenWidth(),
          shrink: whoShrink,
          hasNotes: true,
          dress: (line, [who = '']) =>
            /[(,] ?(?:disabled|invited|expired|inactive)\)$/.test(who) ? paint('yellow', line) : line,
        },
      );
      const why = answer.ways === 0 ? 'no role allows it' : 'nobody holds a role that allows it';
      yield answer.counts().held + answer.otherCounts().held === 0
        ? `Nobody${isPermission ? `: ${why}${where}` : ''}.`
        : whoTotals(answer, inherited);
      yield* prose(...whoNotes(answer));
      yield* alsoLines(answer.also);
      yield* gainLines(gains, 'Will gain it at the next login, and does not have it now:', (rows) =>
        tableLines(
          map(rows, (path) => whoCells(path, names)),
          { width: screenWidth(), shrink: gainShrink, hasNotes: true },
        ),
      );
    },
  };
}

/** What else has the name that was asked for. */
function alsoLines(also: readonly string[]): readonly string[] {
  return also.length === 0 ? [] : prose(`Of this name there is also ${also.map(printable).join(', ')}.`);
}

/** A heading and what follows it; nothing where there are no rows. */
function* gainLines(
  gains: Iterable<AccessPath>,
  title: string,
  lines: (rows: Iterable<AccessPath>) => Iterable<string>,
): Generator<string> {
  const rows = gains[Symbol.iterator]();
  const first = rows.next();
  if (first.done !== true) {
    yield* prose(title).map((line) => paint('bold', line));
    yield* lines(
      (function* () {
        yield first.value;
        for (let next = rows.next(); next.done !== true; next = rows.next()) {
          yield next.value;
        }
      })(),
    );
  }
}

/** What one user, or one access key, can do, and where. The words are `[FILE] USER`. */
export async function tellAccess(
  words: readonly string[],
  options: AccessFlags,
  { env, signal }: QuestionContext,
): Promise<void> {
  checkOneFormat(options);
  const { file, asked } = splitFile(words, { command: 'access', noun: 'user', example: 'ada@acme.example' });
  await using index = await readIndex(fullPath(await chooseFile(file, { env })), signal, {
    ...options,
    isLean: true,
    question: { about: 'access', of: asked },
  });
  await tell(options, index, signal, accessAnswer(index, accessOf(index, asked, options)));
}

/** What somebody can do, ready to be told. */
export function accessAnswer(index: FileIndex, answer: AccessOf): Answer {
  const { user, principal, groups, keys } = answer;
  return {
    json: () => accessJson(index, answer),
    relevant: relevantTo(answer),
    paths: () => answer.paths(),
    gains: () => answer.gains(),
    *text(rows, gains) {
      yield* prose(principal === undefined ? personInWords(user) : principalInWords(principal, user)).map((line) =>
        paint('bold', line),
      );
      yield* prose(...(principal === undefined ? [] : aboutPrincipal(principal)));
      const names = namesakesIn(index.database);
      let held = 0;
      yield* tableLines(
        map(rows, (path) => {
          held += 1;
          return heldCells(path, names);
        }),
        { width: screenWidth(), shrink: heldShrink, hasNotes: true },
      );
      const isApp = ['application', 'third_party_app'].includes(principal?.type ?? '');
      if (held === 0 && !isApp) {
        yield 'Holds nothing.';
      }
      yield* alsoLines(answer.also);
      yield* gainLines(gains, 'Will gain at the next login:', (gained) =>
        tableLines(
          map(gained, (path) => gainCells(path, names)),
          { width: screenWidth(), shrink: heldShrink, hasNotes: true },
        ),
      );
      if (principal === undefined && keys.length > 0) {
        yield* prose('Keys that act as this user:').map((line) => paint('bold', line));
        yield* tableLines(keys.map(keyRow), { width: screenWidth(), shrink: [{ column: 0, to: 16 }], hasNotes: true });
      }
      if (groups.length > 0) {
        yield* prose('In groups of identity providers:').map((line) => paint('bold', line));
        yield* tableLines(groups.flatMap(groupRows), {
          width: screenWidth(),
          shrink: [{ column: 0, to: 16 }],
          hasNotes: true,
        });
      }
    },
  };
}

/** A group, and a row for each role that it gives. */
function groupRows({ name: title, gives }: UserGroup): string[][] {
  return gives.length === 0
    ? [[title, 'gives nothing', '']]
    : gives.map(({ words, isHeld, isThere }, place) => [
        place === 0 ? title : '',
        `-> ${words}`,
        isHeld
          ? 'a revoke comes back at the next login'
          : isThere
            ? 'is there already, in another way'
            : 'is given at the next login',
      ]);
}

/** An answer, which can be told in each form. */
export interface Answer {
  readonly json: () => JsonAnswer;
  /** The words of `--include` that matter to it. */
  readonly relevant: readonly string[];
  readonly paths: () => Iterable<AccessPath>;
  readonly gains: () => Iterable<AccessPath>;
  readonly text: (paths: Iterable<AccessPath>, gains: Iterable<AccessPath>) => Iterable<string>;
}

/** What is held and inherited, and behind it what the next login gives. */
export function* rowsOf({ paths, gains }: Pick<Answer, 'paths' | 'gains'>): Generator<AccessPath> {
  yield* paths();
  yield* gains();
}

/**
 * Writes an answer in the form that was asked for. What is left out of it is told in each of them, in CSV on stderr.
 */
async function tell(
  { csv = false, json = false }: AnswerFlags,
  index: FileIndex,
  signal: AbortSignal,
  answer: Answer,
): Promise<void> {
  if (csv) {
    await writeResult(csvBytes(pathHeader, map(rowsOf(answer), pathCells)), signal);
    limitsInWords(index, answer.relevant).forEach((note) => tellNote('info', note));
  } else if (json) {
    const { head, list, rows } = answer.json();
    await writeResult(jsonLines(head, list, rows()), signal);
  } else {
    await writeResult(withEnds(answer.text(answer.paths(), answer.gains())), signal);
    await writeResult(
      withEnds(prose(...limitsInWords(index, answer.relevant)).map((note) => paint('dim', note))),
      signal,
    );
  }
}

export function checkOneFormat(flags: {
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}): void {
  if ([flags.csv, flags.json, flags.md].filter((flag) => flag === true).length > 1) {
    throw new ConnectorError('config', 'give only one of the flags that choose the output format');
  }
}

/** `Array.map` for rows that are made on the way. */
export function* map<T, U>(items: Iterable<T>, change: (item: T) => U): Generator<U> {
  for (const item of items) {
    yield change(item);
  }
}
