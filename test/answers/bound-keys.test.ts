import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { namesakesIn } from '../../src/answers/namesakes.ts';
import { whoCells } from '../../src/answers/answer-text.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { listingOf } from '../../src/answers/listing.ts';
import { inheritedRows } from '../../src/answers/inherited-sheets.ts';
import { aboutPrincipal } from '../../src/answers/principal-text.ts';
import {
  binding,
  confers,
  flows,
  held,
  permission,
  resource,
  role,
  tenant,
  user,
  writeByHand,
} from '../support/edge-files.ts';
import { granted } from '../support/other-world.ts';

// A key that is bound to a user can do what the user can, while both are in use. Apps act through consents; keys do not.

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bound-keys-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function indexOf(keyStatus: string, userStatus: string): Promise<FileIndex> {
  const path = join(folder, `${keyStatus}-${userStatus}.json`);
  await writeByHand(path, {
    types: ['access_key', 'access_key_secret', 'application', 'third_party_app'],
    resources: [
      user('U1', 'Ada', { status: userStatus }),
      role('Chief'),
      resource('access_key_secret', 'K1', 'Scripts', {
        profile: { key_id: 'K1', name: 'Scripts', status: keyStatus, bound_user_id: 'U1' },
        secretOf: { typeId: 'user', id: 'U1' },
      }),
      resource('application', 'S1', 'Wiki', { profile: { name: 'Wiki', enabled: true } }),
      resource('application', 'S2', 'Old', { profile: { name: 'Old', enabled: false } }),
      resource('third_party_app', 'A1', 'Ledger', { profile: { name: 'Ledger', status: 'active' } }),
    ],
    grants: [
      held('role:Chief', 'user:U1'),
      granted('application:S1', 'access', 'user:U1'),
      granted('third_party_app:A1', 'consent', 'user:U1', { scopes: ['read'] }),
    ],
  });
  return await createFileIndex(path);
}

describe('access of a key that is bound to a user', () => {
  it('is what the user holds, without the consents by which apps act for the user', async () => {
    await using index = await indexOf('active', 'enabled');
    const heldBy = (asked: string): readonly string[] =>
      Array.from(accessOf(index, asked).paths(), ({ heldId }) => heldId);

    expect(heldBy('Scripts')).toEqual(['Chief', 'S1']);
    expect(heldBy('Ada')).toEqual(['Chief', 'S1', 'A1']);
  });

  it.each([
    ['active', 'enabled', 'it can do what this user can.'],
    ['inactive', 'enabled', 'it can do nothing while it is inactive, and afterwards what this user can.'],
    ['expired', 'enabled', 'it can do nothing while it is expired, and afterwards what this user can.'],
    ['active', 'disabled', 'it can do nothing while the user is disabled, and afterwards what this user can.'],
    ['inactive', 'disabled', 'it can do nothing while it is inactive and the user is disabled, and afterwards'],
  ])('of a key that is %s, of a user who is %s, says: %s', async (keyStatus, userStatus, words) => {
    await using index = await indexOf(keyStatus, userStatus);
    const { principal } = accessOf(index, 'Scripts');

    expect(principal === undefined ? [] : aboutPrincipal(principal)).toContainEqual(expect.stringContaining(words));
  });
});

describe('the list of applications', () => {
  it('has a status for each, also for those that are in use', async () => {
    await using index = await indexOf('active', 'enabled');

    expect(Array.from(listingOf(index, 'applications').rows(), ({ id, status }) => [id, status])).toEqual([
      ['S2', 'disabled'],
      ['S1', 'enabled'],
    ]);
  });
});

describe.each(['inactive', 'expired'])('a key that is %s', (status) => {
  const path = (): string => join(folder, `inherits-${status}.json`);
  beforeAll(async () => {
    await writeByHand(path(), {
      types: ['access_key', 'access_key_secret'],
      resources: [
        user('U1', 'Ada'),
        tenant('acme', 'Acme'),
        tenant('eu', 'EU', 'acme'),
        role('Chief'),
        permission('pay'),
        binding('acme', 'Chief'),
        binding('eu', 'Chief'),
        resource('access_key', 'K1', 'CI', { profile: { key_id: 'K1', name: 'CI', status } }),
      ],
      grants: [
        held('role_binding:acme/Chief', 'access_key:K1'),
        flows('role_binding:eu/Chief', 'role_binding:acme/Chief', 'acme', { keys: true }),
        confers('role_binding:acme/Chief', 'pay'),
        confers('role_binding:eu/Chief', 'pay'),
      ],
    });
  });

  it('is marked wherever it has a permission, also by inheritance', async () => {
    await using index = await createFileIndex(path());
    const names = namesakesIn(index.database);
    const rows = Array.from(whoCan(index, 'pay').paths());

    expect(rows.map((row) => whoCells(row, names)[0])).toEqual([
      `CI (access key, ${status})`,
      `CI (access key, ${status})`,
    ]);
    expect(rows.map((row) => [row.way, row.status])).toEqual([
      ['key', status],
      ['inherited', status],
    ]);
  });

  it('is told in the spreadsheet as a key, not as a user', async () => {
    await using index = await createFileIndex(path());

    const [row = []] = Array.from(inheritedRows(index));

    expect(row.at(-1)).toContain(`the key is ${status}`);
    expect(row).toContain(status);
  });
});
