/* oxlint-disable typescript/unbound-method -- methods are taken from prototypes here on purpose, and called with their own this */
// Loaded into the built program before anything else (`node --import`): counts what it does to files, in order, and
// ends the process with SIGKILL just before one of these operations, or while one is under way. Nothing of src knows of
// it.
import { appendFileSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** Such as `write 3`: the third write. How many writes there are differs a little from run to run. */
const at = process.env['KILL_AT'];
const isDuring = process.env['KILL_DURING'] === '1';
const log = process.env['KILL_LOG'];
/** Rows go into a database many at once, and by the thousand: each of so many statements counts as one operation. */
const rowsAtOnce = 40;
const counts = new Map<string, number>();
let rows = 0;
/** What a run takes away that an earlier one left does not count: that depends on how the earlier one ended. */
let hasBegun = false;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Counts an operation; true when it is the one to die in. */
function begin(operation: string): boolean {
  hasBegun ||= ['open wx', 'database begin', 'database vacuum'].includes(operation);
  if (!hasBegun) {
    return false;
  }
  const nth = (counts.get(operation) ?? 0) + 1;
  counts.set(operation, nth);
  const isMine = `${operation} ${nth}` === at;
  if (log !== undefined) {
    appendFileSync(log, `${operation} ${nth}\n`);
  }
  if (isMine && !isDuring) {
    die();
  }
  return isMine;
}

function step<T>(operation: string, work: () => T): T {
  const isMine = begin(operation);
  const result = work();
  if (isMine) {
    die(); // the operation was handed to the system, and may be anywhere on its way
  }
  return result;
}

const { open, rename, rm } = fs;

fs.open = async (path, flags, mode) => {
  const isFolder = flags === 'r' && mode === 0o600;
  const suffix = isFolder ? ' folder' : ` ${flags}`;
  const handle = await step(`open${suffix}`, () => open(path, flags, mode));
  if (flags === 'wx' || isFolder) {
    watch(handle, isFolder ? ' folder' : '');
  }
  return handle;
};
fs.rename = (from, to) => step('rename', () => rename(from, to));
fs.rm = (path, options) => step('rm', () => rm(path, options));

function watch(handle: FileHandle, suffix: string): void {
  const { write, sync, close } = handle;
  Object.assign(handle, {
    write: (...given: Parameters<typeof write>) => step(`write${suffix}`, () => write.apply(handle, given)),
    sync: () => step(`sync${suffix}`, () => sync.call(handle)),
    close: () => step(`close${suffix}`, () => close.call(handle)),
  });
}

const { exec, close } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
  step(`database ${sql.trim().split(/\s/)[0] ?? ''}`, () => exec.call(this, sql));
};
DatabaseSync.prototype.close = function (this: DatabaseSync) {
  step('database close', () => close.call(this));
};
const { run } = StatementSync.prototype;
Object.assign(StatementSync.prototype, {
  run(this: StatementSync, ...values: Parameters<typeof run>) {
    rows += 1;
    return rows % rowsAtOnce === 0 ? step('database rows', () => run.apply(this, values)) : run.apply(this, values);
  },
});

syncBuiltinESMExports();
