import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffOf } from '../../src/answers/diff.ts';
import { changeCells, changeHeader, changeJson } from '../../src/answers/diff-cells.ts';
import { changeInWords, diffInWords } from '../../src/answers/diff-text.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { humansOnly } from '../../src/answers/humans.ts';
import { openSource } from '../../src/answers/open.ts';
import { binding, held, resource, role, tenant, user, writeByHand } from '../support/edge-files.ts';

// What changed among keys, apps and the console, between two files that say it.

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'other-changes-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const types = ['access_key', 'application', 'third_party_app', 'project', 'console_admin'];
const base = [user('U1', 'Ada'), tenant('acme', 'Acme'), role('Tenant Admin'), binding('acme', 'Tenant Admin')];
const app = resource('third_party_app', 'A1', 'Ledger', { profile: { name: 'Ledger' } });
const project = resource('project', 'P1', 'Main');
const admin = resource('console_admin', 'D1', 'Grace');
const key = (profile: Record<string, string>): ReturnType<typeof resource> =>
  resource('access_key', 'K1', 'CI', { profile: { name: 'CI', ...profile } });

async function indexOf(name: string, isLater: boolean, read: readonly string[] = types): Promise<FileIndex> {
  const path = join(folder, `${name}.json`);
  const isRead = (type: string): boolean => read.includes(type);
  await writeByHand(path, {
    types: read,
    resources: [
      ...base,
      ...(isRead('access_key') ? [key({ status: isLater ? 'expired' : 'active', description: name })] : []),
      ...(isRead('third_party_app') ? [app] : []),
      ...(isRead('project') ? [project, admin] : []),
    ],
    grants: [
      ...(isLater && isRead('access_key') ? [held('role_binding:acme/Tenant Admin', 'access_key:K1')] : []),
      ...(isRead('third_party_app')
        ? [held('third_party_app:A1', 'user:U1', { scopes: isLater ? ['pay', 'read'] : ['read'] })]
        : []),
      ...(isLater && isRead('project') ? [held('project:P1', 'console_admin:D1')] : []),
    ],
  });
  return await createFileIndex(path);
}

describe('a diff of keys, apps and the console', () => {
  it('tells what was gained, what a consent and a key say otherwise, and flags what is privileged', async () => {
    await using before = await indexOf('before', false);
    await using after = await indexOf('after', true);
    using diff = diffOf(before, after);

    expect(Array.from(diff.changes(), (change) => changeInWords(change)).toSorted()).toEqual([
      'Ada has member of third_party_app A1 (Ledger): scopes read before, scopes pay, read now',
      'access_key K1 (CI) has status active before, status expired now',
      'access_key K1 (CI) was given Tenant Admin in Acme',
      'console_admin D1 (Grace) was given member of project P1 (Main)',
    ]);
    expect(Array.from(diff.flagged(), ({ principal, flags }) => [principal?.id, flags])).toEqual([
      ['K1', ['new privileged access']],
      ['D1', ['new privileged access']],
    ]);
    expect(diff.counts).toMatchObject({
      others: 4,
      byType: { access_key: 2, project: 1, third_party_app: 1 },
      flagged: 2,
    });
    expect(diffInWords(diff)).toContain('Access keys: 2 changes. Projects: 1 change. Third-party apps: 1 change.');
    const [first] = diff.flagged();
    expect(changeJson(first ?? never())).toMatchObject({ way: 'key', principal: { type: 'access_key', id: 'K1' } });
    expect(changeCells(first ?? never())).toHaveLength(changeHeader.length);
  });

  it('is empty for two files that say the same, also of different kinds', async () => {
    await using one = await indexOf('one', true);
    await using other = await indexOf('other', true);
    using diff = diffOf(one, other);

    expect([diff.isSame, diff.notCompared]).toEqual([true, []]);
  });

  it('says nothing of a type that one of the files did not read, but that it was not compared', async () => {
    await using before = await indexOf('without', false, ['third_party_app']);
    await using after = await indexOf('with', true);
    using diff = diffOf(before, after);

    expect(Array.from(diff.changes(), ({ held: of }) => of?.type)).toEqual(['third_party_app']);
    expect(diff.notCompared).toEqual([
      'access keys, applications, projects, console administrators are not compared: only one of the files has them',
    ]);
  });

  it('leaves keys out, and nobody else, where people alone are wanted', async () => {
    await using before = await indexOf('early', false);
    await indexOf('late', true).then(async (index) => await index[Symbol.asyncDispose]());
    await using after = await createFileIndex(join(folder, 'late.json'), {
      open: async (path, work) => humansOnly(await openSource(path, { work })),
    });
    await using people = await createFileIndex(join(folder, 'early.json'), {
      open: async (path, work) => humansOnly(await openSource(path, { work })),
    });
    using diff = diffOf(people, after);

    expect(before.isHumansOnly).toBe(false);
    expect(Array.from(diff.changes(), ({ user: who }) => who)).toEqual(['console_admin D1 (Grace)', 'Ada']);
  });
});

function never(): never {
  throw new Error('there is no such change');
}
