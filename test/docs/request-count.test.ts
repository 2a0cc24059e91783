import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { requestsInWords, requestsOfFullRead } from '../../src/descope/users/request-count.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import { listedTypes } from '../../src/registry.ts';
import { runSync } from '../../src/sync/run.ts';
import { temporaryFolder } from '../support/cli.ts';
import { clientOf } from '../support/embedded.ts';
import { pages, root } from './pages.ts';

describe('the number of requests of a full sync', () => {
  it.each([1, 100, 101, 1_200])('with %i users is what doctor tells', async (users) => {
    const emulator = await startEmulator({ users });
    const connector = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all' } });
    const folder = await temporaryFolder();

    await runSync({
      surface: connector,
      report: (syncId) => connector.report(syncId),
      target: await createSyncFile(join(folder.path, 'sync.json')),
    });
    await folder[Symbol.asyncDispose]();
    const { least, most } = requestsOfFullRead(users, listedTypes().lists.length);

    expect(emulator.stats.total).toBeGreaterThanOrEqual(least);
    expect(emulator.stats.total).toBeLessThanOrEqual(most);
    await emulator.close();
  });

  it.each(['README.md', 'docs/performance.md', 'docs/architecture.md', 'docs/docs-info.md'])(
    'stands in %s in the same words',
    (path) => {
      expect(readFileSync(join(root, path), 'utf8').replaceAll('\n', ' ').toLowerCase()).toContain(requestsInWords);
    },
  );

  it('is told in no other words anywhere', () => {
    const other = /\b(?:one|a request) (?:for|per) (?:every|each) (?:hundred|100) users|users \/ 100/i;

    expect(
      pages()
        .filter(({ text }) => other.test(text))
        .map(({ path }) => path),
    ).toEqual([]);
  });
});
