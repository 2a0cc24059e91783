import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import { pathInWords } from '../../src/answers/access-path.ts';
import { limitsInWords, pathCells, pathHeader, pathJson, whoCells, whoShrink } from '../../src/answers/answer-text.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { nextLoginInWords } from '../../src/answers/limits.ts';
import { namesakesIn } from '../../src/answers/namesakes.ts';
import { tableLines } from '../../src/answers/table.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { create } from '@bufbuild/protobuf';
import { GrantSources_GrantSourceSchema, GrantSourcesSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { runCli } from '../support/cli.ts';
import { held, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';

let folder = '';
let path = '';
let index: FileIndex;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ways-'));
  path = join(folder, 'sync.json');
  await writeByHand(path, companies());
  index = await createFileIndex(path);
});
afterAll(async () => {
  await index[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('who can', () => {
  it('tells who inherits it, with the whole path, and in two ways whoever also holds it there', () => {
    expect(Array.from(whoCan(index, 'write', 'Berlin').paths(), pathInWords)).toEqual([
      'Ada -> Editor in Berlin -> write',
      'Ada -> Editor in Berlin -> write (inherited: Acme > EU > Berlin)',
      'access_key K1 (CI key) -> Editor in Berlin -> write (inherited: Acme > EU > Berlin (uncertain))',
    ]);
    expect(whoCan(index, 'write', 'Berlin').counts()).toEqual({ users: 1, held: 2 });
    expect(whoCan(index, 'write', 'Berlin').otherCounts()).toEqual({ principals: 1, held: 1 });
  });

  it('names the role that a tenant above defines, and the project’s where the tenant has one of that name', () => {
    expect(Array.from(whoCan(index, 'approve', 'berlin').paths(), pathInWords)).toEqual([
      'Bob -> Approver of Acme in Berlin -> approve (inherited: Acme > EU > Berlin (uncertain: child-governs, tenant-disabled))',
    ]);
    expect(Array.from(whoCan(index, 'audit', 'berlin').paths(), pathInWords)).toEqual([
      'access_key K1 (CI key) -> Auditor (whole project) -> audit',
      'Dora -> Auditor of the project in Berlin -> audit (inherited: EU > Berlin (uncertain: parent-governs))',
    ]);
  });

  it('never joins two inheritances: what is inherited in a tenant is not passed on from there', () => {
    const berlin = Array.from(whoCan(index, 'write', 'Berlin').paths(), ({ from }) => from);
    expect(berlin).not.toContain('eu');
  });

  it('tells apart who will gain it: members who have it in no way yet, and whoever is not known by name', () => {
    expect(Array.from(whoCan(index, 'write').gains(), pathInWords)).toEqual([
      'Cem -> Editor in Acme -> write (at the next login, through group Writers)',
      'everyone who signs in through Okta -> Editor in Acme -> write (at the next login)',
    ]);
    expect(Array.from(whoCan(index, 'approve').gains(), pathInWords)).toEqual([
      'everyone in group Approvers -> Approver (Acme) -> approve (at the next login)',
    ]);
    expect(Array.from(whoCan(index, 'audit').gains(), pathInWords)).toEqual([
      'everyone who joins EU -> Auditor in EU -> audit (at the next login)',
    ]);
    expect([...whoCan(index, 'write', 'Berlin').gains()]).toEqual([]);
    expect(whoCan(index, 'write').counts()).toEqual({ users: 1, held: 4 });
  });

  it('tells what is held as it stands, and nothing else, where that is asked for', () => {
    const answer = whoCan(index, 'write', undefined, { directOnly: true });
    expect(Array.from(answer.paths(), ({ way }) => way)).toEqual(['direct', 'key', 'direct']);
    expect([...answer.gains()]).toEqual([]);
    expect([answer.counts(), answer.otherCounts()]).toEqual([
      { users: 1, held: 2 },
      { principals: 1, held: 1 },
    ]);
  });

  it('has in JSON the principal, the way, where it is held, how sure that is, and the tenants between', () => {
    const [, inherited, key] = [...whoCan(index, 'write', 'Berlin').paths()].map(pathJson);
    expect(inherited).toMatchObject({
      userId: 'U1',
      principal: { type: 'user', id: 'U1', login: 'ada@acme.example' },
      way: 'inherited',
      kind: 'binding',
      heldId: 'berlin/Editor',
      role: 'Editor',
      tenantId: 'berlin',
      permission: 'write',
      from: 'acme',
      certainty: 'derived',
      reason: '',
      through: ['acme', 'eu', 'berlin'],
      path: 'Ada -> Editor in Berlin -> write (inherited: Acme > EU > Berlin)',
    });
    expect(key).toMatchObject({
      principal: { type: 'access_key', id: 'K1', name: 'CI key' },
      way: 'inherited',
      certainty: 'uncertain',
    });
    expect([...whoCan(index, 'write').gains()].map(pathJson)).toMatchObject([
      { principal: { type: 'user', id: 'U3' }, way: 'will_gain', via: 'group_mapping', through: ['acme/okta/G1'] },
      { principal: { type: 'sso_configuration', id: 'acme/okta' }, way: 'will_gain', via: 'default_sso_role' },
    ]);
  });

  it('has in CSV the same in columns of its own, behind those that were there', () => {
    const [, inherited] = whoCan(index, 'write', 'Berlin').paths();
    const cells = inherited === undefined ? [] : pathCells(inherited);
    expect(pathHeader.slice(0, 12).at(-1)).toBe('path');
    expect(Object.fromEntries(pathHeader.map((name, place) => [name, cells[place]]))).toMatchObject({
      way: 'inherited',
      from_tenant_id: 'acme',
      certainty: 'derived',
      principal_type: 'user',
      principal_id: 'U1',
      through: 'acme > eu > berlin',
    });
  });

  it('is text with what is inherited counted, and who will gain it below, under a heading', async () => {
    const { stdout, code } = await runCli(['who-can', path, 'approve']);
    expect(code).toBe(0);
    expect(stdout).toContain('1 user, in 3 ways, 2 of them inherited.');
    expect(stdout).toMatch(
      /^Will gain it at the next login, and does not have it now:\n {2}everyone in group Approvers {2}-> Approver \(Acme\)/m,
    );
  });

  it('fits a screen of 80 columns: how it is inherited stands below where there is no room beside', () => {
    const names = namesakesIn(index.database);
    const rows = Array.from(whoCan(index, 'approve', 'berlin').paths(), (row) => whoCells(row, names));
    expect([...tableLines(rows, { width: 80, shrink: whoShrink, hasNotes: true })]).toEqual([
      '  Bob  -> Approver of Acme in Berlin  -> approve  U2',
      '    inherited: Acme > EU > Berlin (uncertain: child-governs, tenant-disabled)',
    ]);
    expect([...tableLines(rows, { width: 50, shrink: whoShrink, hasNotes: true })].slice(1)).toEqual([
      '    inherited: Acme > EU > Berlin (uncertain:',
      '      child-governs, tenant-disabled)',
    ]);
  });
});

describe('access', () => {
  it('of a user tells memberships and roles that are inherited, groups, and what comes back after a revoke', () => {
    const answer = accessOf(index, 'Ada');
    expect(Array.from(answer.paths(), pathInWords)).toEqual([
      'Ada -> member of Acme',
      'Ada -> Editor in Acme -> write',
      'Ada -> member of Berlin (inherited: Acme > EU > Berlin)',
      'Ada -> Editor in Berlin -> write',
      'Ada -> Editor in Berlin -> write (inherited: Acme > EU > Berlin)',
      'Ada -> member of EU (inherited: Acme > EU)',
      'Ada -> Editor in EU -> write (inherited: Acme > EU)',
    ]);
    expect(Array.from(answer.paths(), ({ alsoMappedBy }) => alsoMappedBy?.map(({ name }) => name))[1]).toEqual([
      'Writers',
    ]);
    expect(answer.groups).toMatchObject([
      {
        name: 'Writers',
        tenant: 'Acme',
        ssoId: 'okta',
        gives: [{ words: 'Editor in Acme', isHeld: true, isThere: true }],
      },
    ]);
    expect([...answer.gains()]).toEqual([]);
  });

  it('of a user tells what the next login gives: through a group, and on one way of signing in', () => {
    expect(Array.from(accessOf(index, 'Cem').gains(), pathInWords)).toEqual([
      'Cem -> Editor in Acme -> write (at the next login, through group Writers)',
      'everyone who signs in through Okta -> Editor in Acme -> write (at the next login)',
    ]);
    expect([...accessOf(index, 'Cem', { directOnly: true }).gains()]).toEqual([]);
  });

  it('of an access key, found by its name or id, tells the same', () => {
    for (const asked of ['CI key', 'ci KEY', 'K1']) {
      expect(Array.from(accessOf(index, asked).paths(), pathInWords)).toEqual([
        'access_key K1 (CI key) -> Auditor (whole project) -> audit',
        'access_key K1 (CI key) -> Editor in Acme -> write',
        'access_key K1 (CI key) -> Editor in Berlin -> write (inherited: Acme > EU > Berlin (uncertain))',
        'access_key K1 (CI key) -> Editor in EU -> write (inherited: Acme > EU (uncertain))',
      ]);
    }
    expect(() => accessOf(index, 'CI keys')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('CI key (access_key:K1)') }),
    );
  });

  it('is text that says all of it', async () => {
    const ada = await runCli(['access', path, 'Ada'], { env: { COLUMNS: '80' } });
    expect(ada.stdout).toContain('inherited: Acme > EU > Berlin');
    expect(ada.stdout).toContain('a revoke comes back at the next login: group Writers');
    expect(ada.stdout).toMatch(/^In groups of identity providers:\n {2}Writers {2}-> Editor in Acme/m);
    const key = await runCli(['access', path, 'CI key', '--json']);
    expect(JSON.parse(key.stdout)).toMatchObject({
      principal: { type: 'access_key', id: 'K1' },
      rows: expect.arrayContaining([expect.objectContaining({ way: 'key' })]),
    });
  });
});

describe('what is not known', () => {
  it.each([
    [{ settings: 'not-offered' }, ['what the next login gives is not known']],
    [{ settings: 'limited', groups: 'offered' }, ['what the next login gives is known of the default SSO config']],
    [{ settings: 'offered', groups: 'not-offered' }, ['who is in groups is not known, nor who gains through them']],
    [{ settings: 'offered', groups: 'offered' }, []],
  ])('is told where the deployment tells no more than %o', (sso, beginnings) => {
    const types = new Set(['sso_configuration', 'idp_group']);
    const told = nextLoginInWords({ types, summary: { sso } });
    expect(told).toEqual(beginnings.map((text) => expect.stringMatching(`^${text}`)));
  });

  it('is told with what was not read, and not with what was', () => {
    expect(nextLoginInWords({ types: new Set(['idp_group']), summary: {} })).toEqual([
      'what the next login gives is not known: the sync did not read sso_configuration (--include)',
    ]);
  });

  it('is told: doubtful inheritance by its number, and nothing of the next login where it was not read', async () => {
    expect(limitsInWords(index).slice(1, 2)).toEqual([
      'note: inherited access is told: 7 memberships and roles flow down the tenants, 2 of them uncertain',
    ]);
    const { resources, grants } = companies();
    const plain = join(folder, 'plain.json');
    const withoutSso = resources.filter(({ typeId }) => typeId !== 'sso_configuration' && typeId !== 'idp_group');
    await writeByHand(plain, {
      resources: withoutSso,
      grants: grants.filter(
        (row) =>
          !JSON.stringify(row.message.entitlement).includes('idp_group') &&
          !/okta|tenant_default/.test(JSON.stringify(row.message.principal)),
      ),
    });
    await using other = await createFileIndex(plain);
    expect(limitsInWords(other)[2]).toBe(
      'note: what the next login gives is not known: the sync did not read sso_configuration and idp_group (--include)',
    );
    const json = await runCli(['who-can', plain, 'write', '--json']);
    expect(JSON.parse(json.stdout).nextLogin.unknown).toEqual(nextLoginInWords(other));
  });

  it('is not made up: what a tool expanded is held by nobody as it stands', async () => {
    const { grants, ...world } = companies();
    const expanded = held('role_binding:eu/Editor', 'user:U4');
    Object.assign(expanded.message, {
      sources: create(GrantSourcesSchema, {
        sources: { 'role_binding:acme/Editor:assigned': create(GrantSources_GrantSourceSchema) },
      }),
    });
    const file = join(folder, 'expanded.json');
    await writeByHand(file, {
      ...world,
      grants: [...grants, expanded],
    });
    await using other = await createFileIndex(file);
    expect(Array.from(whoCan(other, 'write', 'EU').paths(), pathInWords)).not.toContain(
      'Dora -> Editor in EU -> write',
    );
  });
});
