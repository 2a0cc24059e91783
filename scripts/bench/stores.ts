import { hash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AskedMs } from './ask-store.ts';
import { type Contender, measured, type Sample, settings } from './contenders.ts';
import type { Conditions } from './fixture.ts';
import { cliPath, type Fixture, startNode } from './processes.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Users who changed since the sync before, in all: one in so many. */
export const changedOneIn = 1_000;

/** Stores of one run, by the conditions of their scenario. */
const made = new WeakMap<Conditions, Promise<string>>();

async function syncInto(store: string, fixture: Fixture, conditions: Conditions): Promise<Sample> {
  const args = [cliPath, 'sync', '--out', store, '--json'];
  const sample = await measured(fixture, conditions, () => startNode(args, settings(fixture)).ended());
  return Object.assign(sample, { bytes: (await stat(store)).size });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeOf(fixture: Fixture, conditions: Conditions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const store = join(folder, 'access.db');
  await syncInto(store, fixture, conditions);
  return store;
}

/** The first sync into a store. */
const firstSync: Contender = async (fixture, conditions) =>
  await inFolder(async (folder) => [await syncInto(join(folder, 'access.db'), fixture, conditions)]);

/** The next one, when few users are others: into a copy of a store that has the first. */
const nextSync: Contender = async (fixture, conditions) => {
  const first = made.get(conditions) ?? storeOf(fixture, conditions);
  made.set(conditions, first);
  return await inFolder(async (folder) => {
    const store = join(folder, 'access.db');
    await copyFile(await first, store);
    return [await syncInto(store, fixture, { ...conditions, changedOneIn })];
  });
};

export const storeWriters: Readonly<Record<string, Contender>> = {
  'store, first': firstSync,
  'store, next': nextSync,
};

/**
 * A large store, made once by the program's own sync and kept among the temporary files: it is made anew when what is in
 * a store is another.
 */
async function largeStore(fixture: Fixture, conditions: Conditions, users: number): Promise<string> {
  const layout = hash('sha256', readFileSync(here('../../src/history/schema.ts'))).slice(0, 12);
  const store = join(tmpdir(), `baton-descope-bench-${users}-${layout}.db`);
  if (!existsSync(store)) {
    const growing = `${store.slice(0, -3)}.${process.pid}.db`;
    await syncInto(growing, fixture, conditions);
    await rename(growing, store);
  }
  return store;
}

async function asked(store: string, fixture: Fixture, conditions: Conditions): Promise<readonly Sample[]> {
  let stdout = '';
  const sample = await measured(fixture, conditions, async () => {
    const ran = await startNode([here('ask-store.ts'), store]).ended();
    stdout = ran.stdout;
    return ran;
  });
  return [Object.assign(sample, { askedMs: JSON.parse(stdout) as AskedMs })]; // it prints nothing else
}

/** Questions to a large store: by themselves, and one as a whole command. */
export function largeQuestions(users: number): Readonly<Record<string, Contender>> {
  return {
    'store, asked': async (fixture, conditions) =>
      await asked(await largeStore(fixture, conditions, users), fixture, conditions),
    'store, access': async (fixture, conditions) => {
      const store = await largeStore(fixture, conditions, users);
      const args = [cliPath, 'access', store, 'person.7@company-7.example', '--json'];
      return [await measured(fixture, conditions, () => startNode(args).ended())];
    },
  };
}

/** The same questions to a store of a year of daily syncs, of today and of days in it. */
export const yearQuestions: Contender = async (fixture, conditions) =>
  await inFolder(async (folder) => {
    const store = join(folder, 'year.db');
    await startNode([here('year-store.ts'), store]).ended();
    return await asked(store, fixture, conditions);
  });
