import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffOf } from '../../src/answers/diff.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { notReadIn } from '../../src/answers/limits.ts';
import { listingOf, type ListKind } from '../../src/answers/listing.ts';
import { held, resource, user, writeByHand } from '../support/edge-files.ts';

// A deployment that does not tell of a type has none of it in its files, as if there were none.

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'not-offered-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const types = ['third_party_app', 'sso_configuration', 'idp_group', 'access_key', 'application'];
const app = resource('third_party_app', 'A1', 'Ledger', { profile: { name: 'Ledger' } });

async function indexOf(extension: string, isOffered: boolean): Promise<FileIndex> {
  const path = join(folder, `${isOffered ? 'offered' : 'untold'}.${extension}`);
  const word = isOffered ? 'offered' : 'not-offered';
  await writeByHand(path, {
    types,
    resources: [user('U1', 'Ada'), ...(isOffered ? [app] : [])],
    grants: isOffered ? [held('third_party_app:A1', 'user:U1', { scopes: ['read'] })] : [],
    summary: { sso: { settings: word, groups: word }, third_party: { apps: word, consents: word } },
  });
  return await createFileIndex(path);
}

describe.each(['json', 'ndjson', 'c1z'])('a .%s of a deployment that does not tell of some types', (extension) => {
  it.each(['third_party_apps', 'sso_configurations', 'idp_groups'] as const)(
    'lists no %s, and does not say that there are none',
    async (kind: ListKind) => {
      await using index = await indexOf(extension, false);

      expect(() => listingOf(index, kind)).toThrow('the deployment of Descope did not tell of them');
    },
  );

  it('says what is not known, and offers no flag that would tell it', async () => {
    await using index = await indexOf(extension, false);

    expect(notReadIn(index, ['third_party_app'])).toEqual({
      types: ['third_party_app'],
      include: [],
      notOffered: ['third_party_app'],
      words: 'not known, since this deployment of Descope does not tell of them: third-party apps',
    });
  });

  it('is not compared as to these types: nothing of them was lost', async () => {
    await using before = await indexOf(extension, true);
    await using after = await indexOf(extension, false);
    using diff = diffOf(before, after);

    expect(Array.from(diff.changes())).toEqual([]);
    expect(diff.notCompared).toContain('third-party apps are not compared: only one of the files has them');
  });
});
