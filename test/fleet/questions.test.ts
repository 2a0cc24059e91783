import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOver } from '../../src/cli/fleet-access.ts';
import { diffOver } from '../../src/cli/fleet-diff.ts';
import { chosenProjects, type Standing } from '../../src/cli/fleet-projects.ts';
import { sharedNotes } from '../../src/cli/fleet-standing.ts';
import { whoCanOver } from '../../src/cli/fleet-who-can.ts';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { type FleetFiles, fleetFiles, idOf, saidBy } from '../support/fleet-files.ts';
import { finishOf } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const email = 'ada@acme.example';
const rows = (...users: ReturnType<typeof user>[]) => ({
  users,
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
});
const ada = (fields: Parameters<typeof user>[1] = {}) =>
  user('U1', { name: 'Ada', loginIds: ['ada'], email, verifiedEmail: true, roleNames: ['Editor'], ...fields });

let files: FleetFiles;
const nowMs = finishOf(10) + 60_000;
const asked = { signal: new AbortController().signal, nowMs, json: true };
const only = (...project: readonly string[]) => chosenProjects(files.fleet, { project });

const latest = (name: string): string => join(files.folder, 'syncs', name, 'latest.json');

beforeAll(async () => {
  files = await fleetFiles(
    {
      prod: {
        days: { 10: rows(ada(), user('U2', { name: 'Bob', userTenants: [inTenant('acme', 'Editor')] })) },
        entry: { labels: { env: 'prod' } },
      },
      stored: {
        days: { 9: rows(), 10: rows(ada({ email: 'ADA@acme.example' })) },
        entry: { outputs: { history: 'stored.db' } },
      },
      claimed: { days: { 10: rows(ada({ verifiedEmail: false }), user('U9', { loginIds: [email] })) } },
      empty: {
        days: { 10: { users: [], tenants: [], roles: [], permissions: [] } },
        entry: { labels: { env: 'dev' } },
      },
      never: { entry: { labels: { env: 'dev' } } },
      umlaut: {
        days: {
          10: rows(
            ada({ email: 'jörg@acme.example', loginIds: ['J\u00D6RG@ACME.example'] }),
            user('U5', { loginIds: ['jorg@acme.example'], email: 'jıll@acme.example', verifiedEmail: true }),
            user('U6', { loginIds: ['x'], email: 'jill@acme.example', verifiedEmail: true }),
            user('U7', { loginIds: ['JO\u0308RG@acme.example'] }),
          ),
        },
      },
      umlautStored: {
        days: { 10: rows(ada({ email: 'JÖRG@acme.example' })) },
        entry: { outputs: { history: 'umlaut.db' } },
      },
      stale: { days: { 3: rows(ada()) }, entry: { labels: { env: 'dev' } } },
      changing: {
        days: { 4: rows(ada({ roleNames: [] })), 9: rows(ada()), 10: rows(ada()) },
        entry: { outputs: { history: 'changing.db' } },
      },
      kept: { days: { 2: rows(), 4: rows(ada({ roleNames: [] })), 10: rows(ada()) } },
      still: { days: { 4: rows(ada()), 10: rows(ada()) } },
      broken: { days: { 10: rows() } },
      foreign: { days: { 10: rows() } },
      twins: {
        days: {
          10: {
            ...rows(),
            roles: [role('Auditor', { tenantId: 'acme' }), role('Auditor', { tenantId: 'globex' })],
            tenants: [tenant('acme'), tenant('globex')],
          },
        },
      },
    },
    { schedule: { every: '1d' } },
  );
  await writeFile(latest('broken'), '{"format": "baton-descope sync", ');
  await cp(latest('prod'), latest('foreign'));
});
afterAll(async () => await files[Symbol.asyncDispose]());

interface Answered {
  readonly rows: readonly { readonly project: string; readonly userId: string; readonly match?: string }[];
  readonly totals: readonly object[];
  readonly people: readonly {
    readonly project: string;
    readonly match: string;
    readonly user: { readonly id: string };
  }[];
  readonly projects: readonly {
    readonly name: string;
    readonly state: string;
    readonly failure?: { readonly message: string };
  }[];
  readonly complete: boolean;
}

interface Diffed {
  readonly changes: readonly { readonly project: string; readonly userId: string }[];
  readonly changed: readonly {
    readonly project: string;
    readonly from: string;
    readonly isShort: boolean;
    readonly isSame: boolean;
  }[];
  readonly complete: boolean;
}

const first = ['prod', 'stored', 'claimed', 'empty', 'never', 'stale', 'broken', 'foreign'];

describe('fleet who-can', () => {
  it('tells who has it in each project, and of which projects that is not known, and ends with no success', async () => {
    const { text, thrown } = await saidBy(whoCanOver(only(...first), ['write'], asked));
    const answer = JSON.parse(text) as Answered;

    expect(answer.rows.map(({ project, userId }) => `${project} ${userId}`)).toEqual([
      'prod U1',
      'prod U2',
      'stored U1',
      'claimed U1',
      'stale U1',
    ]);
    expect(answer.totals).toEqual([
      { asked: 'write', users: 5, others: 0, projectsWithHolders: 4, notThere: ['empty'], notRead: [], unclear: [] },
    ]);
    expect(Object.fromEntries(answer.projects.map(({ name, state }) => [name, state]))).toEqual({
      prod: 'read',
      stored: 'read',
      claimed: 'read',
      empty: 'read',
      never: 'never',
      stale: 'old',
      broken: 'unreadable',
      foreign: 'unreadable',
    });
    expect(answer.projects.at(-1)?.failure?.message).toContain(
      `is of the project ${idOf('prod')}, and not of ${idOf('foreign')}`,
    );
    expect(answer.complete).toBe(false);
    expect(thrown).toMatchObject({
      kind: 'inconsistent',
      message: expect.stringContaining('4 of 8 projects not known, or old: never, stale, broken, and 1 more'),
    });
  });

  it('is complete where each project is known: nobody is then an answer', async () => {
    const { text, thrown } = await saidBy(whoCanOver(only('prod', 'empty'), ['write'], asked));

    expect({ complete: (JSON.parse(text) as Answered).complete, thrown }).toEqual({
      complete: true,
      thrown: undefined,
    });
  });

  it('takes what no project has as a slip, and what is called so twice as no answer', async () => {
    expect((await saidBy(whoCanOver(only('prod', 'empty'), ['wrote'], asked))).thrown).toMatchObject({
      kind: 'not-found',
      message: 'no project has anything that is called "wrote"; did you mean "write"?',
    });
    expect((await saidBy(whoCanOver(only('prod', 'empty'), ['qqqqqqq'], asked))).thrown).toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(
        /called "qqqqqqq"\nnot known, since the sync did not read them: .*applications/,
      ) as string,
    });
    const app = await saidBy(whoCanOver(only('prod', 'empty'), ['application:Wiki'], asked));
    expect(app.text).toContain('"notRead":["prod","empty"]');
    expect(app.thrown).toMatchObject({ kind: 'inconsistent' });
    expect((await saidBy(whoCanOver(only('prod', 'never'), ['wrote'], asked))).thrown).toMatchObject({
      kind: 'inconsistent',
    });
  });

  it('takes a sync that lies ahead, by the fault of a clock, for an old one: how new it is, is not known', async () => {
    for (const maxAge of [undefined, 30 * 86_400_000]) {
      const before = { ...asked, nowMs: finishOf(8), maxAge };
      const { text } = await saidBy(whoCanOver(only('prod'), ['write'], before));
      expect((JSON.parse(text) as Answered).projects).toMatchObject([{ name: 'prod', state: 'old' }]);
    }
  });

  it('says once what the projects note, with the least and the most where that differs in numbers', () => {
    const noted = (name: string, ...notes: readonly string[]): Standing => ({
      project: { ...files.fleet.projects[0], name } as FleetProject,
      state: 'read',
      notes,
    });
    const told = sharedNotes([
      noted('a', '65 roles, 1,038 uncertain, of 2026-11-30T09:00:00Z', 'all was read'),
      noted('b', '75 roles, 38 uncertain, of 2026-11-30T09:00:00Z', 'all was read'),
      noted('c', '70 roles, 43 uncertain, of 2026-11-30T10:00:00Z', 'all was read'),
    ]);

    expect(told).toEqual([
      '65 to 75 roles, 38 to 1,038 uncertain, of 2026-11-30T09:00:00Z (a, b)',
      'all was read',
      '70 roles, 43 uncertain, of 2026-11-30T10:00:00Z (c)',
    ]);
  });

  it('answers by what counts as old for whoever asks', async () => {
    const { text } = await saidBy(whoCanOver(only('prod', 'stale'), ['write'], { ...asked, maxAge: 30 * 86_400_000 }));
    expect((JSON.parse(text) as Answered).complete).toBe(true);
  });

  it('tells people what is not known in the last lines, behind what is', async () => {
    const { text } = await saidBy(whoCanOver(only(...first), ['write'], { ...asked, json: false }));
    expect(text).toMatch(/^prod \(env=prod, 60 s ago\)$/m);
    expect(text).toMatch(/^write: 5 users in 4 of 5 known projects; nothing of this name in empty\.$/m);
    expect(text).toMatch(/^never is not known: it was never synced$/m);
    expect(text).toMatch(/^stale is known as it was 7 d ago, which is older than it should be$/m);
  });
});

describe('fleet access', () => {
  it('finds one person by the verified address in any case, and tells apart who has not proved to be that person', async () => {
    const { text, thrown } = await saidBy(accessOver(only('prod', 'stored', 'claimed', 'empty'), email, asked));
    const answer = JSON.parse(text) as Answered;

    expect(answer.people.map(({ project, match }) => `${project} ${match}`)).toEqual([
      'prod verified',
      'stored verified',
      'claimed unverified',
      'claimed login',
    ]);
    expect(answer.rows.map(({ project, match }) => `${project} ${match}`)).toEqual([
      'prod verified',
      'stored verified',
      'claimed unverified',
    ]);
    expect({ complete: answer.complete, thrown }).toEqual({ complete: true, thrown: undefined });
  });

  it.each([
    ['JÖRG@ACME.example', ['umlaut U1 verified', 'umlaut U7 login', 'umlautStored U1 verified']],
    ['jorg@acme.example', ['umlaut U5 login']],
    ['JILL@acme.example', ['umlaut U6 verified']],
    ['jıll@acme.example', ['umlaut U5 verified']],
  ])('takes %s for one person whatever the case and normal form, and nobody else for them', async (who, expected) => {
    const { text } = await saidBy(accessOver(only('umlaut', 'umlautStored'), who, asked));
    const { people } = JSON.parse(text) as Answered;

    expect(people.map(({ project, user: { id }, match }) => `${project} ${id} ${match}`)).toEqual(expected);
  });

  it('does not say that somebody is nowhere while a project is not known', async () => {
    expect((await saidBy(accessOver(only('empty'), email, asked))).thrown).toMatchObject({ kind: 'not-found' });
    expect((await saidBy(accessOver(only('empty', 'broken'), email, asked))).thrown).toMatchObject({
      kind: 'inconsistent',
    });
  });

  it('refuses what is no address: a name is not one person in two projects', () => {
    expect(() => accessOver(only('prod'), 'Ada', asked)).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});

describe('fleet diff', () => {
  const sinceMs = finishOf(5);
  const looked = async (...names: readonly string[]) => {
    const answer = diffOver(only(...names), { ...asked, sinceMs });
    const { text, thrown } = await saidBy(answer);
    return { answer: JSON.parse(text) as Diffed, thrown, hasChanges: answer.hasChanges() };
  };

  it('compares with the last sync that had finished by then, of the store and of the files that are kept', async () => {
    const { answer, thrown, hasChanges } = await looked('changing', 'kept', 'still');

    expect(answer.changes.map(({ project, userId }) => `${project} ${userId}`)).toEqual(['changing U1', 'kept U1']);
    expect(answer.changed.map(({ project, from, isSame }) => [project, from, isSame])).toEqual([
      ['changing', new Date(finishOf(4)).toISOString(), false],
      ['kept', new Date(finishOf(4)).toISOString(), false],
      ['still', new Date(finishOf(4)).toISOString(), true],
    ]);
    expect({ complete: answer.complete, thrown, hasChanges }).toEqual({
      complete: true,
      thrown: undefined,
      hasChanges: true,
    });
  });

  it('says where nothing is kept from so long ago, and does not call that the whole answer', async () => {
    const { answer, thrown, hasChanges } = await looked('stored', 'still');

    expect(answer.changed.map(({ project, isShort }) => [project, isShort])).toEqual([
      ['stored', true],
      ['still', false],
    ]);
    expect({ complete: answer.complete, hasChanges }).toEqual({ complete: false, hasChanges: true });
    expect(thrown).toMatchObject({ kind: 'inconsistent', message: expect.stringContaining('of stored') });
    const alone = await saidBy(diffOver(only('prod'), { ...asked, json: false, sinceMs }));
    expect(alone.text).toMatch(/^No sync is kept but that of 2026.*: what changed before is not known\.$/m);
    expect(alone.text).toMatch(/^No change is known of in 1 project\.$/m);
    expect(alone.text).not.toMatch(/Nothing changed/);
  });

  it('does not say that nothing changed since the newest sync, after which nobody has looked', async () => {
    const answer = diffOver(only('still'), { ...asked, sinceMs: finishOf(10) + 1_000 });
    const { text, thrown } = await saidBy(answer);

    expect(JSON.parse(text)).toMatchObject({ complete: false, changed: [{ project: 'still', isBehind: true }] });
    expect(thrown).toMatchObject({ kind: 'inconsistent', message: expect.stringContaining('no sync has ended since') });
    const told = await saidBy(diffOver(only('still'), { ...asked, json: false, sinceMs: finishOf(10) + 1_000 }));
    expect(told.text).toMatch(/what changed since is not known/);
    expect(told.text).not.toMatch(/Nothing changed/);
  });

  it('does not say that nothing changed where a project is not known', async () => {
    const { answer, thrown, hasChanges } = await looked('still', 'never', 'broken');

    expect({ complete: answer.complete, hasChanges }).toEqual({ complete: false, hasChanges: false });
    expect(thrown).toMatchObject({ kind: 'inconsistent', message: expect.stringContaining('2 of 3 projects') });
  });

  it('tells people what changed under the name of each project', async () => {
    const { text } = await saidBy(diffOver(only('kept', 'still', 'never'), { ...asked, json: false, sinceMs }));

    expect(text).toMatch(/^kept \(60 s ago\)\n(?:.*\n)*?.*Ada/m);
    expect(text).toMatch(/^Something changed in 1 of 2 known projects\.$/m);
    expect(text).toMatch(/^never is not known: it was never synced$/m);
  });
});

describe('the choice of projects', () => {
  it('takes names and labels together, and refuses a label that no project has', () => {
    const names = (flags: Parameters<typeof chosenProjects>[1]) =>
      chosenProjects(files.fleet, flags).map(({ name }) => name);
    expect(names({ label: ['env=dev'] })).toEqual(['empty', 'never', 'stale']);
    expect(names({ label: ['env=dev'], project: ['stale', 'prod'] })).toEqual(['stale']);
    expect(() => names({ label: ['env=prd'] })).toThrow(
      expect.objectContaining({ kind: 'not-found', message: expect.stringContaining('did you mean env=prod') }),
    );
    expect(() => names({ label: ['env'] })).toThrow(expect.objectContaining({ kind: 'config' }));
    expect(() => names({ label: ['env=prod'], project: ['stale'] })).toThrow(
      expect.objectContaining({ kind: 'not-found' }),
    );
  });
});
