import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import type { Finding } from '../../src/checks/check.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { policySchema } from '../../src/checks/policy/schema.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { writeByHand } from '../support/edge-files.ts';
import { importDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { allCases } from './cases/all.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

const policy = policySchema.parse({
  version: 1,
  custom: [{ id: 'own', title: 'Reads', for: 'users', when: '"docs.read" in user.permissions' }],
  conflicts: [{ id: 'both', first: { permissions: ['admin.all'] }, second: { permissions: ['docs.read'] } }],
  limits: [{ id: 'few', held: { roles: ['Reader'] }, 'at-most': 1 }],
  tests: [{ 'holders-of': 'docs.read', 'at-most': 0 }],
});

function findingsOf(index: FileIndex): Finding[] {
  return [...checkByPolicy(index, { policy, nowMs: 0 }).findings()];
}

describe.skipIf(noPostgres !== undefined)(`check of a store in PostgreSQL${why}`, () => {
  let server: TestServer;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startPostgres();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it('finds what it finds in the file that was imported, by every rule that the worlds of the rules need', async () => {
    const rules = new Set<string>();
    const worlds = [...new Map(allCases.map((one) => [one.rule, one.world])).values()].filter((_, at) => at % 4 === 0);
    for (const [at, world] of worlds.entries()) {
      const path = join(folder.path, `${at}.json`);
      const store = await server.database();
      await writeByHand(path, { ...world, summary: { dangling: { count: 0, first: [] }, ...world.summary } });
      await importDay(store, path);
      await using file = await createFileIndex(path);
      await using history = await openHistory(store);
      await using index = await history.index(await history.choose({}));
      const expected = findingsOf(file);

      expect(findingsOf(index)).toEqual(expected);
      expected.forEach(({ rule }) => rules.add(rule));
    }
    expect(rules.size).toBeGreaterThan(15);
  });

  it('is asked by the command with the URL of the store', async () => {
    const store = await server.database();
    const path = join(folder.path, 'command.json');
    await writeByHand(
      path,
      allCases.find(({ rule }) => rule === 'never-verified')?.world ?? { resources: [], grants: [] },
    );
    await importDay(store, path);
    const { code, stdout, stderr } = await runCli(['check', store, '--rule', 'never-verified', '--fail-on', 'medium']);

    expect(stderr).not.toContain(server.password);
    expect(stdout).toContain('2 findings: 2 medium.');
    expect(code).toBe(1);
  });
});
