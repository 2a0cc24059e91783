import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../../src/history/postgres/connection.ts';
import { migrate, schema } from '../../src/history/postgres/schema.ts';
import { versionTables } from '../../src/history/schema.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { type Contender, measured, settings } from './contenders.ts';
import { cliPath, type Ran, startNode } from './processes.ts';
import { changedOneIn } from './stores.ts';

const run = promisify(execFile);
const question = { access: 'person.7@company-7.example', 'who-can': 'invoices.approve' } as const;

/**
 * A store in a server of its own on this machine: the first sync, and beside it, on the clock, the next one, plain COPY of
 * the rows of the first one into the same empty tables, and questions as whole commands.
 */
export const inPostgres: Contender = async (fixture, conditions) => {
  await using server = await startPostgres();
  const [store, empty] = [await server.database(), await server.database()];
  const sync = async (): Promise<Ran> =>
    await startNode([cliPath, 'sync', '--out', store, '--json'], settings(fixture)).ended();
  const sample = await measured(fixture, conditions, sync);
  const copied = await copiedMs(store, empty);
  const next = await measured(fixture, { ...conditions, changedOneIn }, sync);
  const askedMs: Record<string, number> = { 'COPY of the same rows': copied, 'next sync': next.wallS * 1_000 };
  for (const [command, asked] of Object.entries(question)) {
    const { startedAt, endedAt } = await startNode([cliPath, command, store, asked, '--json']).ended();
    askedMs[`${command}, whole command`] = endedAt - startedAt;
  }
  return [Object.assign(sample, { askedMs })];
};

/** How long the rows of one store take into the tables of another, which is empty, when nothing is done with them. */
async function copiedMs(store: string, empty: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  try {
    await using connection = await connect(empty, 'write');
    await migrate(connection);
    const tables = ['entity', ...versionTables].map((name) => ({
      name: `${schema}.${name}`,
      file: join(folder, name),
    }));
    for (const { name, file } of tables) {
      await run('psql', [store, '-qc', String.raw`\copy ${name} to '${file}'`]);
    }
    const startedAt = performance.now();
    for (const { name, file } of tables) {
      await run('psql', [empty, '-qc', String.raw`\copy ${name} from '${file}'`]);
    }
    return performance.now() - startedAt;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
