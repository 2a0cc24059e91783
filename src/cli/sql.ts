import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { momentInWords } from '../answers/answer-text.ts';
import { csvBytes } from '../answers/csv.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { createSqlViews } from '../answers/sql-views.ts';
import { tableLines } from '../answers/table.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { fullPath, isPostgres } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { momentField, originOf } from '../answers/question-json.ts';
import { type AnswerFlags, checkOneFormat, map } from './questions.ts';
import { readIndex } from './read-index.ts';
import { screenWidth, withEnds, writeResult } from './results.ts';
import { openStored, type WhenFlags } from './stored.ts';
import { tell } from './tell.ts';

export type SqlFlags = AnswerFlags & WhenFlags;

/** What a query may do: read, and nothing else. Other files cannot be attached, and no setting can be changed. */
const allowed: ReadonlySet<number> = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
]);

/** Answers a query in SQL about the views of a store or a file. */
export async function tellSql(
  file: string,
  query: string,
  options: SqlFlags,
  { signal }: Pick<CommandContext, 'signal'>,
): Promise<void> {
  checkOneFormat(options);
  checkOneStatement(query);
  if (isPostgres(file)) {
    await using stored = await openStored(file, options);
    const { history, sync } = stored;
    const { path, summary, moment } = await history.source(sync);
    const answer = await (history.query ?? noQuery)(sync, query);
    await using held = await (await import('./sql-elsewhere.ts')).heldAnswer(answer, signal);
    await show({ ...held, index: { path, summary, moment } }, options, signal);
    return;
  }
  checkNoPlaces(query);
  await using index = await readIndex(fullPath(file), signal, options);
  createSqlViews(index.database);
  const statement = prepared(index, query);
  const columns = statement.columns().map(({ name }) => name);
  await show({ columns, rows: () => rowsOf(statement), index }, options, signal);
}

async function noQuery(): Promise<never> {
  throw new Error('this store cannot be asked by SQL');
}

interface Answer {
  readonly columns: readonly string[];
  readonly rows: () => Iterable<readonly unknown[]>;
  /** What was asked. */
  readonly index: Pick<FileIndex, 'path' | 'summary' | 'moment'>;
}

async function show(
  { columns, rows, index }: Answer,
  options: Pick<SqlFlags, 'csv' | 'json'>,
  signal: AbortSignal,
): Promise<void> {
  if (options.csv === true) {
    await writeResult(
      csvBytes(
        columns,
        map(rows(), (row) => row.map(textOf)),
      ),
      signal,
    );
  } else if (options.json === true) {
    const twice = columns.find((name, place) => columns.indexOf(name) !== place);
    if (twice !== undefined) {
      throw new ConnectorError('config', `two columns are called ${printable(twice)}: name one otherwise with "as"`);
    }
    const head = { question: 'sql', file: index.path, ...originOf(index.summary), ...momentField(index) };
    await writeResult(
      jsonLines(
        head,
        'rows',
        map(rows(), (row) => Object.fromEntries(columns.map((name, place) => [name, valueOf(row[place])]))),
      ),
      signal,
    );
  } else {
    await writeResult(withEnds(tableLines(withHead(columns, rows()), { width: screenWidth() })), signal);
  }
  if (options.json !== true) {
    momentInWords(index).forEach((note) => tell('info', note));
  }
}

function* withHead(columns: readonly string[], rows: Iterable<readonly unknown[]>): Generator<readonly string[]> {
  yield columns;
  yield* map(rows, (row) => row.map(textOf));
}

function prepared({ database, path }: FileIndex, query: string): StatementSync {
  try {
    database.setAuthorizer((action) => (allowed.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY));
    const statement = database.prepare(query);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    if (statement.columns().length === 0) {
      throw new ConnectorError('config', 'the query gives no columns: begin it with "select"');
    }
    return statement;
  } catch (thrown) {
    throw toQueryFault(database, path, thrown);
  }
}

/** An error of SQLite while a query is prepared or runs is one of the query. */
function toQueryFault(database: DatabaseSync, path: string, thrown: unknown): unknown {
  if (thrown instanceof ConnectorError || !(thrown instanceof Error && 'errcode' in thrown)) {
    return thrown;
  }
  const reason = printable(thrown.message);
  const isOfStores = /no such table: (?:main\.)?(?:changes|syncs)\b/.test(thrown.message);
  return new ConnectorError(
    'config',
    isOfStores
      ? `${printable(path)} holds one sync: "changes" and "syncs" are of a store, which "baton-descope history import" makes`
      : `cannot answer: ${reason === 'not authorized' ? 'a query may read the views, and do nothing else' : reason}; ` +
          'docs/history.md lists the views',
  );
}

function* rowsOf(statement: StatementSync): Generator<readonly unknown[]> {
  const rows = statement.iterate();
  for (;;) {
    let next: IteratorResult<unknown>;
    try {
      next = rows.next();
    } catch (thrown) {
      throw thrown instanceof Error && 'errcode' in thrown
        ? new ConnectorError('config', `cannot answer: ${printable(thrown.message)}`)
        : thrown;
    }
    if (next.done === true) {
      return;
    }
    yield next.value as readonly unknown[]; // arrays, as the statement was told
  }
}

/** A number as one where JSON can carry it, bytes as hex. */
function valueOf(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  }
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(valueOf(value));
}

/** SQLite would take the first statement, and say nothing of the others. */
function checkOneStatement(query: string): void {
  const bare = bareOf(query);
  if (!/[^\s;]/.test(bare)) {
    throw new ConnectorError('config', 'there is no query in what is given: begin it with "select"');
  }
  if (/;\s*\S/.test(bare)) {
    throw new ConnectorError('config', 'give one query: there is something behind its ";"');
  }
}

/** A place for a value would be null, and the answer one to another question. */
function checkNoPlaces(query: string): void {
  const place = /\?\d*|(?<![:\w])[:@$]\w+/.exec(bareOf(query))?.[0];
  if (place !== undefined) {
    throw new ConnectorError('config', `the query leaves the value of ${printable(place)} open: write the value there`);
  }
}

/** A query without texts, quoted names and remarks. */
function bareOf(query: string): string {
  return query.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)/g, ' ');
}
