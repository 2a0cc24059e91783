import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

/** Two people and two tenants of one name, one of each written in another Unicode form. */
const rows: Rows = {
  users: [
    user('U1', {
      name: 'José',
      loginIds: ['jose.1@x.test'],
      userTenants: [inTenant('t-1', 'Editor'), inTenant('t-2', 'Editor', 'Own')],
    }),
    user('U2', {
      name: 'José'.normalize('NFD'),
      loginIds: ['jose.2@x.test'],
      userTenants: [inTenant('t-2', 'Editor')],
    }),
    user('U3', {
      name: 'Ada',
      loginIds: ['ada@x.test'],
      userTenants: [inTenant('acme', 'Editor')],
      roleNames: ['Editor'],
    }),
  ],
  tenants: [tenant('t-1', { name: 'Globex' }), tenant('t-2', { name: 'GLOBEX' }), tenant('acme', { name: 'Acme' })],
  roles: [
    role('Editor', { permissionNames: ['write'] }),
    role('Own', { tenantId: 't-1' }),
    role('Own', { tenantId: 't-2', permissionNames: ['write'] }),
  ],
  permissions: [permission('write')],
};

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeSync(at('new.json'), rows);
  await writeSync(at('old.json'), {
    ...rows,
    users: rows.users.map((row) =>
      Object.assign({}, row, { userTenants: row.userTenants.slice(0, row.userId === 'U2' ? 0 : 1) }),
    ),
    roles: rows.roles.filter(({ tenantId }) => tenantId !== 't-2'),
  });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** The lines of a text with one blank between words. */
const linesOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '));

describe('an id is told wherever a name is not unique', () => {
  it('by who-can', async () => {
    const { stdout } = await runCli(['who-can', at('new.json'), 'write', '--tenant', 't-2']);

    expect(linesOf(stdout)).toEqual([
      'Who can write in GLOBEX (t-2)? (user -> role -> write)',
      'Ada -> Editor (whole project) -> write ada@x.test',
      'José -> Editor in GLOBEX -> write jose.2@x.test U2 -> t-2/Editor',
      'José -> Editor in GLOBEX -> write jose.1@x.test U1 -> t-2/Editor',
      'José -> Own (GLOBEX) -> write jose.1@x.test U1 -> t-2/Own',
      '3 users, in 4 ways.',
      'note: all users, tenants, roles and permissions were read',
      'note: no tenant inherits anything from another',
      'note: what the next login gives is not known: the sync did not read sso_configuration and idp_group (--include)',
      'note: not known, since the sync did not read them: access keys (--include access_key)',
      '',
    ]);
  });

  it('by access', async () => {
    const { stdout } = await runCli(['access', at('new.json'), 'U1']);

    expect(linesOf(stdout).slice(0, 6)).toEqual([
      'José: jose.1@x.test, U1',
      '-> member of GLOBEX -> t-2',
      '-> Editor in GLOBEX -> write -> t-2/Editor',
      '-> Own (GLOBEX) -> write -> t-2/Own',
      '-> member of Globex -> t-1',
      '-> Editor in Globex -> write -> t-1/Editor',
    ]);
  });

  it('by diff, as text and as Markdown', async () => {
    const [text, md] = await Promise.all(
      [[], ['--md']].map((flags) => runCli(['diff', at('old.json'), at('new.json'), ...flags])),
    );

    const lines = linesOf(text?.stdout ?? '');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Access in GLOBEX (t-2)',
        '+ José was given Editor in GLOBEX jose.1@x.test U1 -> t-2/Editor',
        '+ José was given Editor in GLOBEX jose.2@x.test U2 -> t-2/Editor',
        '+ role Own (GLOBEX) is new t-2/Own',
      ]),
    );
    expect((md?.stdout ?? '').normalize('NFC')).toContain('### Access in `GLOBEX (t-2)`');
    expect((md?.stdout ?? '').normalize('NFC')).toContain('`jose.2@x.test`, `U2 -> t-2/Editor`');
  });

  it('and always in JSON and CSV, whose words stay as they were', async () => {
    const [json, csv] = await Promise.all(
      ['--json', '--csv'].map((form) => runCli(['who-can', at('new.json'), 'write', '--tenant', 't-2', form])),
    );

    expect(JSON.parse(json?.stdout ?? '').rows).toContainEqual(
      expect.objectContaining({
        userId: 'U1',
        heldId: 't-2/Own',
        tenantId: 't-2',
        path: 'José -> Own (GLOBEX) -> write',
      }),
    );
    expect(
      Papa.parse<Readonly<Record<string, string>>>(csv?.stdout ?? '', { header: true, skipEmptyLines: true }).data,
    ).toContainEqual(expect.objectContaining({ user_id: 'U1', held_id: 't-2/Own' }));
  });

  it('and nowhere else', async () => {
    const { stdout } = await runCli(['access', at('new.json'), 'U3']);

    expect(linesOf(stdout).slice(0, 4)).toEqual([
      'Ada: ada@x.test, U3',
      '-> Editor (whole project) -> write',
      '-> member of Acme',
      '-> Editor in Acme -> write',
    ]);
  });
});
