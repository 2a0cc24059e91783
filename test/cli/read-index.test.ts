import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readIndex } from '../../src/cli/read-index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { user } from '../support/project-fixture.ts';

afterEach(() => vi.restoreAllMocks());

describe('a question to a file', () => {
  it('that takes more than two seconds says once that a store answers at once', async () => {
    await using folder = await temporaryFolder();
    const [file, store] = [join(folder.path, 'sync.json'), join(folder.path, 'access.db')];
    await writeDay(file, 0, { users: [user('ada')] });
    await importDay(store, file);
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const { signal } = new AbortController();
    const ask = async (path: string, ms: number): Promise<void> => {
      const times = [0, ms];
      const index = await readIndex(path, signal, { now: () => times.shift() ?? 0 });
      await index[Symbol.asyncDispose]();
    };

    await ask(file, 2_000);
    await ask(store, 60_000);
    expect(said).toEqual([]);
    await ask(file, 3_400);
    await ask(file, 3_400);

    expect(said).toHaveLength(1);
    expect(said.join('').replaceAll(/\s+/g, ' ')).toMatch(
      /^\S*: reading sync\.json took 3\.4 s; a store answers at once, and of any day: .* history import --into access\.db \S*sync\.json $/,
    );
  });
});
