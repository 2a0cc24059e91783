import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { diffOf } from '../../src/answers/diff.ts';
import { openSource } from '../../src/answers/open.ts';
import { exportOnce } from '../../src/cli/export.ts';
import { readLast } from '../../src/output/last.ts';
import { checkTarget } from '../../src/output/place.ts';
import { temporaryFolder } from '../support/cli.ts';
import { smallProject } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

const whole = ['json', 'ndjson', 'c1z'] as const;
const extracts = ['csv', 'xlsx'] as const;
const context = { env: {}, signal: new AbortController().signal, print: () => undefined };
const pairs = whole.flatMap((from) => [...whole, ...extracts].map((to) => ({ from, to })));

describe('a sync in every kind of file', () => {
  it.each(pairs)('keeps its project from .$from to .$to', async ({ from, to }) => {
    await using folder = await temporaryFolder();
    const [first, second] = [join(folder.path, `a.${from}`), join(folder.path, `b.${to}`)];
    await writeSync(first, smallProject());

    await exportOnce(first, { out: second }, context);

    const project = (await readLast(first))?.projectId;
    expect(project).toMatch(/^P/);
    expect((await readLast(second))?.projectId).toBe(project);
  });

  it.each(whole.flatMap((one) => whole.map((two) => [one, two] as const)))(
    'keeps its rows and its summary through .%s and .%s',
    async (one, two) => {
      await using folder = await temporaryFolder();
      const paths = [
        join(folder.path, 'a.json'),
        join(folder.path, `b.${one}`),
        join(folder.path, `c.${two}`),
        join(folder.path, 'd.json'),
      ];
      await writeSync(paths[0] ?? '', smallProject());

      for (const [place, from] of paths.slice(0, -1).entries()) {
        await exportOnce(from, { out: paths[place + 1] ?? '' }, context);
      }

      await using before = await openSource(paths[0] ?? '');
      await using after = await openSource(paths[3] ?? '');
      expect(after.wholeSummary).toEqual(before.wholeSummary); // the hash is among it: the rows are the same bytes
      await using old = await createFileIndex(paths[1] ?? '');
      await using now = await createFileIndex(paths[2] ?? '');
      using diff = diffOf(old, now);
      expect(diff.isSame).toBe(true);
      expect([old.summary.projectId, old.gap]).toEqual([now.summary.projectId, now.gap]);
    },
  );
});

describe('a name that ends as the name of a folder does', () => {
  it.each(whole.map((kind) => `new.${kind}/`))('%s is refused for a file, and nothing is written', async (name) => {
    await using folder = await temporaryFolder();
    const first = join(folder.path, 'a.json');
    await writeSync(first, smallProject());

    for (const out of [`${folder.path}/${name}`, `${folder.path}/new.xlsx/`]) {
      await expect(exportOnce(first, { out }, context)).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining('it ends as the name of a folder does') as string,
      });
    }
    await expect(checkTarget(`${folder.path}/report.html/`)).rejects.toThrow('it ends as the name of a folder does');
    await exportOnce(first, { out: `${folder.path}/new.csv/` }, context);

    expect((await readdir(folder.path)).toSorted()).toEqual(['a.json', 'new.csv']);
  });
});
