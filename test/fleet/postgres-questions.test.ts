import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOver } from '../../src/cli/fleet-access.ts';
import { diffOver } from '../../src/cli/fleet-diff.ts';
import { whoCanOver } from '../../src/cli/fleet-who-can.ts';
import { type FleetFiles, fleetFiles, idOf, saidBy } from '../support/fleet-files.ts';
import { finishOf, importDay, writeDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { createProject, permission, role, user } from '../support/project-fixture.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;
const email = 'ada@acme.example';
const rows = (...users: ReturnType<typeof user>[]) => ({
  users,
  tenants: [],
  roles: [role('Editor', { permissionNames: ['write'] }), role('Viewer', { permissionNames: ['read'] }), role('Guest')],
  permissions: [permission('write'), permission('read')],
});

describe.skipIf(noPostgres !== undefined)(`questions to a fleet with stores in PostgreSQL${why}`, () => {
  let server: TestServer;
  let files: FleetFiles;
  const asked = { signal: new AbortController().signal, nowMs: finishOf(5), json: true, maxAge: 7 * 86_400_000 };
  beforeAll(async () => {
    server = await startPostgres();
    const history = await server.database();
    const gone = history.replace(/\/[^/?]*(?=\?|$)/, '/there_is_none');
    files = await fleetFiles({
      gone: { entry: { outputs: { history: gone } } },
      stored: { entry: { outputs: { history } } },
    });
    const ada = { name: 'Ada', email, verifiedEmail: true };
    for (const [day, roleNames] of [
      [2, ['Viewer']],
      [4, ['Editor']],
    ] as const) {
      const found = rows(
        user('U1', { ...ada, roleNames }),
        user('U2', { name: 'Ada too', email: email.toUpperCase(), roleNames: ['Viewer'] }),
        user('U4', { name: 'Jörg', email: 'jörg@acme.example', verifiedEmail: true, roleNames: ['Guest'] }),
        user('U5', {
          name: 'Jorg',
          loginIds: ['JO\u0308RG@acme.example'],
          email: 'jıll@acme.example',
          roleNames: ['Guest'],
        }),
        user('U3', { name: 'Bob', loginIds: ['bob'], roleNames: ['Editor'] }),
      );
      const project = Object.assign(createProject(found), { projectId: idOf('stored') });
      const path = join(files.folder, `${day}.json`);
      await writeDay(path, day, found, {}, {}, project);
      await importDay(history, path);
    }
  });
  afterAll(async () => {
    await files?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });
  const told = async (answer: Parameters<typeof saidBy>[0]) => {
    const { text, thrown } = await saidBy(answer);
    return {
      answer: JSON.parse(text) as {
        readonly rows: readonly Row[];
        readonly changes: readonly Row[];
        readonly projects: readonly { readonly state: string }[];
      },
      thrown,
    };
  };
  interface Row {
    readonly userId: string;
    readonly permission: string;
    readonly match?: string;
  }

  it('tell of each user with the address what that user holds, although both are brought here apart', async () => {
    const { answer, thrown } = await told(accessOver(files.fleet.projects, email, asked));

    expect(answer.rows.map(({ userId, match, permission: held }) => `${userId} ${match} ${held}`)).toEqual([
      'U1 verified write',
      'U2 unverified read',
    ]);
    expect(answer.projects.map(({ state }) => state)).toEqual(['unreadable', 'read']);
    expect(thrown).toMatchObject({ kind: 'inconsistent' });
  });

  it('find by an address in any case and normal form, and nobody by an address that only looks like it', async () => {
    for (const [who, expected] of [
      ['JÖRG@ACME.example', ['U4 verified', 'U5 login']],
      ['jorg@acme.example', []],
      ['jill@acme.example', []],
    ] as const) {
      const { answer } = await told(accessOver(files.fleet.projects, who, asked));
      expect(answer.rows.map(({ userId, match }) => `${userId} ${match}`)).toEqual(expected);
    }
  });

  it('tell who can, one thing or several at once, and what changed', async () => {
    const projects = files.fleet.projects.filter(({ name }) => name === 'stored');
    const one = await told(whoCanOver(projects, ['write'], asked));
    const two = await told(whoCanOver(projects, ['write', 'read'], asked));
    const changed = await told(diffOver(projects, { ...asked, sinceMs: finishOf(3) }));

    expect(one.answer.rows.map(({ userId }) => userId)).toEqual(['U1', 'U3']);
    expect(two.answer.rows.map(({ userId }) => userId)).toEqual(['U1', 'U3', 'U2']);
    expect(changed.answer.changes.map(({ userId }) => userId)).toEqual(['U1', 'U1']);
  });
});
