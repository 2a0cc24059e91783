import { resolve } from 'node:path';
import type { FileIndex } from '../answers/file-index.ts';
import { accessOf } from '../answers/access-of.ts';
import type { AccessPath } from '../answers/access-path.ts';
import {
  limitsInWords,
  heldCells,
  heldShrink,
  nameAndStatus,
  pathCells,
  pathHeader,
  pathJson,
  tenantInWords,
  whoCells,
  whoShrink,
} from '../answers/answer-text.ts';
import { count } from '../answers/count.ts';
import { csvBytes } from '../answers/csv.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { namesakesIn } from '../answers/namesakes.ts';
import { printable } from '../answers/printable.ts';
import { tableLines } from '../answers/table.ts';
import type { UnknownCounts } from '../answers/unknown.ts';
import { whoCan } from '../answers/who-can.ts';
import { ConnectorError } from '../errors.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { chooseFile, splitFile } from './file-argument.ts';
import type { CommandContext } from './command-context.ts';
import { readIndex } from './read-index.ts';
import { tell as tellNote } from './tell.ts';
import { painter } from './terminal.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';

export interface AnswerFlags {
  readonly csv?: boolean;
  readonly json?: boolean;
}

export type WhoCanFlags = AnswerFlags & { readonly tenant?: string };

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
  await using index = await readIndex(resolve(await chooseFile(file, { env })), signal);
  const answer = whoCan(index, asked, options.tenant);
  const { permission } = answer;
  await tell(options, index, signal, {
    question: {
      question: 'who-can',
      permission,
      ...(answer.tenant !== undefined && { tenantId: answer.tenant.id, tenant: answer.tenant.name }),
    },
    paths: () => answer.paths(),
    *text(paths) {
      const names = namesakesIn(index.database);
      const where = answer.tenant === undefined ? '' : ` in ${printable(tenantInWords(answer.tenant, names))}`;
      yield* prose(`Who can ${printable(permission)}${where}? (user -> role -> ${printable(permission)})`).map((line) =>
        paint('bold', line),
      );
      yield* tableLines(
        map(paths, (path) => whoCells(path, names)),
        {
          width: screenWidth(),
          shrink: whoShrink,
          hasNotes: true,
          dress: (line, [who = '']) => (/ \((?:disabled|invited)\)$/.test(who) ? paint('yellow', line) : line),
        },
      );
      const { users, held } = answer.counts();
      const others = answer.otherCounts();
      yield held + others.held === 0
        ? `Nobody: ${answer.ways === 0 ? 'no role allows it' : 'nobody holds a role that allows it'}${where}.`
        : `${count(users, 'user')}${others.held === 0 ? '' : ` and ${count(others.principals, 'principal')} of another type`}, in ${count(held + others.held, 'way')}.`;
    },
  });
}

/** What one user can do, and where. The words are `[FILE] USER`. */
export async function tellAccess(
  words: readonly string[],
  options: AnswerFlags,
  { env, signal }: QuestionContext,
): Promise<void> {
  checkOneFormat(options);
  const { file, asked } = splitFile(words, { command: 'access', noun: 'user', example: 'ada@acme.example' });
  await using index = await readIndex(resolve(await chooseFile(file, { env })), signal);
  const answer = accessOf(index, asked);
  const { user } = answer;
  await tell(options, index, signal, {
    question: { question: 'access', user },
    paths: () => answer.paths(),
    *text(rows) {
      const details = [user.login, user.id, ...(user.isTest ? ['test user'] : [])].filter(
        (text, place) => text !== user.name && (place !== 0 || text !== user.id),
      );
      const person = `${printable(nameAndStatus({ user: user.name, status: user.status }))}${details.length === 0 ? '' : `: ${details.map(printable).join(', ')}`}`;
      yield* prose(person).map((line) => paint('bold', line));
      const names = namesakesIn(index.database);
      let held = 0;
      yield* tableLines(
        map(rows, (path) => {
          held += 1;
          return heldCells(path, names);
        }),
        { width: screenWidth(), shrink: heldShrink, hasNotes: true },
      );
      if (held === 0) {
        yield 'Holds nothing.';
      }
    },
  });
}

interface Answer {
  readonly question: object;
  readonly paths: () => Iterable<AccessPath>;
  readonly text: (paths: Iterable<AccessPath>) => Iterable<string>;
}

/**
 * Writes an answer in the form that was asked for. What is left out of it is told in each of them, in CSV on stderr.
 */
async function tell(
  { csv = false, json = false }: AnswerFlags,
  { gap, summary, unknown, path }: FileIndex,
  signal: AbortSignal,
  { question, paths, text }: Answer,
): Promise<void> {
  if (csv) {
    await writeResult(csvBytes(pathHeader, map(paths(), pathCells)), signal);
    limitsInWords({ gap, summary, unknown }).forEach((note) => tellNote('info', note));
  } else if (json) {
    await writeResult(
      jsonLines(
        { ...question, file: path, ...originOf(summary), notDerived: gap, ...unknownField(unknown) },
        'rows',
        map(paths(), pathJson),
      ),
      signal,
    );
  } else {
    await writeResult(withEnds(text(paths())), signal);
    await writeResult(
      withEnds(prose(...limitsInWords({ gap, summary, unknown })).map((note) => paint('dim', note))),
      signal,
    );
  }
}

/** Of what, and of when, an answer is. */
export function originOf({ projectId, finishedAt }: FileSummary): object {
  return { ...(projectId !== undefined && { projectId }), ...(finishedAt !== undefined && { finishedAt }) };
}

/** What a file holds of other types, as a field of JSON; absent when there is nothing of the kind. */
export function unknownField(unknown: UnknownCounts | undefined): { readonly unknown?: UnknownCounts } {
  return unknown === undefined ? {} : { unknown };
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
