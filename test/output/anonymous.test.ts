import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { diffOf } from '../../src/answers/diff.ts';
import { openSource } from '../../src/answers/open.ts';
import { createPseudonyms } from '../../src/answers/pseudonyms.ts';
import { type ExportFlags, exportOnce } from '../../src/cli/export.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { registry } from '../../src/registry.ts';
import { messageToJson } from '../../src/sync-format/stored-rows.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

const secrets = [
  'Zaphod',
  'Beeblebrox',
  'zaphod@heartofgold.example',
  '+4179123456',
  'Heart of Gold',
  'heartofgold',
  'Navigator',
  'improbability',
  'Magrathea',
  '4815162342',
  'Slartibartfast',
  'planetdesign',
];

function secretProject(): Rows {
  const project = smallProject();
  return {
    ...project,
    users: [
      ...project.users,
      user('U2abcdefghijklmnopqrstuvwxyz', {
        name: 'Zaphod Beeblebrox',
        loginIds: ['zaphod@heartofgold.example', '+4179123456'],
        email: 'zaphod@heartofgold.example',
        phone: '+4179123456',
        customAttributes: {
          planetdesign: 'Magrathea',
          list: ['Slartibartfast', 4815162342],
          deep: { planetdesign: true },
        },
        roleNames: ['Gone Navigator'],
        userTenants: [inTenant('heartofgold', 'Navigator', 'Editor')],
      }),
    ],
    tenants: [
      ...project.tenants,
      tenant('heartofgold', {
        name: 'Heart of Gold',
        domains: ['heartofgold.example'],
        customAttributes: { planetdesign: 'Magrathea' },
      }),
    ],
    roles: [
      ...project.roles,
      role('Navigator', {
        tenantId: 'heartofgold',
        description: 'Magrathea bound',
        permissionNames: ['improbability'],
      }),
    ],
    permissions: [...project.permissions, permission('improbability', { description: 'Magrathea bound' })],
  };
}

async function messagesOf(file: string): Promise<unknown[]> {
  await using source = await openSource(file);
  const messages: unknown[] = [];
  for await (const batch of source.messages()) {
    messages.push(...batch.filter(({ section }) => section !== 'resourceTypes').map(messageToJson));
  }
  return messages;
}

interface Named {
  readonly id: { readonly resourceType: string; readonly resource: string };
}

/** Every text in some JSON, wherever it stands. */
function textsIn(value: unknown): Set<string> {
  if (typeof value === 'string') {
    return new Set([value]);
  }
  const items: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return items.reduce<Set<string>>((texts, item) => texts.union(textsIn(item)), new Set());
}

/** Words of the protocol, of Descope and of ours, times, and types: whoever reads them knows nobody. */
function isFixed(text: string): boolean {
  return (
    /^(?:\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Z]+(?:_[A-Z]+)+|type\.googleapis\.com\/.*|descope\.(?:access|management)_key|)$/.test(
      text,
    ) ||
    /^(?:(?:role|permission):)?(?:Tenant Admin|SSO Admin|Impersonate)(?::(?:assigned|granted))?(?::role:Tenant Admin)?$/.test(
      text,
    ) ||
    fixed.has(text) ||
    text.split(',').every((word) => fixed.has(word))
  );
}

const fixed: ReadonlySet<string> = new Set([
  ...registry.flatMap(({ words: { id, displayName } }) => [id, displayName]),
  ...registry
    .flatMap(({ entitlements }) => entitlements)
    .flatMap(({ words: { slug, displayName, description } }) => [slug, displayName, description]),
  ...'enabled disabled invited expired active inactive none project tenant project_user inherit userOnly known'.split(
    ' ',
  ),
  ...'derived uncertain parent-governs child-governs user-only tenant-disabled unknown-value company_admin tag company_role'.split(
    ' ',
  ),
  ...'group_mapping default_sso_role tenant_default_role saml oidc wsfed production unknown scim jit'.split(' '),
  ...'directory_synced app_imported manual default_ssoid approve perhaps yes no'.split(' '),
]);

const context = { env: {}, signal: new AbortController().signal, print: () => undefined };
const exported = (from: string, out: string, flags: Partial<ExportFlags> = { anonymise: true }): Promise<void> =>
  exportOnce(from, { out, ...flags }, context);

describe('an export with pseudonyms', () => {
  it.each(['json', 'ndjson'])(
    'of a project as .%s tells none of its names, addresses, ids and attributes',
    async (kind) => {
      await using folder = await temporaryFolder();
      const [from, out] = [join(folder.path, 'a.json'), join(folder.path, `b.${kind}`)];
      await writeSync(from, secretProject());

      await exported(from, out);

      const [before, after] = [await readFile(from, 'utf8'), await readFile(out, 'utf8')];
      expect(secrets.filter((secret) => !before.includes(secret))).toEqual([]);
      expect(secrets.filter((secret) => after.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
      expect(after).not.toContain('U2abcdefghijklmnopqrstuvwxyz');
      expect(after).not.toMatch(/P2[A-Za-z0-9]*test|Acme|Globex/);
    },
  );

  it('has the same shape: as many rows, held alike, found by the same questions', async () => {
    await using folder = await temporaryFolder();
    const [from, out] = [join(folder.path, 'a.json'), join(folder.path, 'b.c1z')];
    await writeSync(from, secretProject());

    await exported(from, out);

    await using before = await createFileIndex(from);
    await using after = await createFileIndex(out);
    const shapeOf = ({ database }: typeof before): unknown => ({
      held: database
        .prepare(
          'select t.kind, count(*) n from holding h join thing t on t.n = h.thing group by h.thing order by h.thing',
        )
        .all(),
      confers: database.prepare('select thing, count(*) n from confers group by thing order by thing').all(),
      users: database
        .prepare(
          "select status, email = login same, name = id nameless, email = '' as no_email, created_at from user order by n",
        )
        .all(),
      names: database.prepare('select count(distinct name) names, count(distinct login) logins from user').all(),
      tenants: database
        .prepare(
          "select count(*) n, count(distinct name) names, sum(parent <> '') parents, sum(name = id) nameless from tenant",
        )
        .all(),
    });
    expect(shapeOf(after)).toEqual(shapeOf(before));
    expect({ ...after.summary, projectId: '', contentHash: '' }).toMatchObject({
      counts: before.summary.counts,
      consistency: before.summary.consistency,
      dangling: { count: before.summary.dangling?.count },
    });
    expect(after.summary.projectId).not.toBe(before.summary.projectId);
  });

  it('names the types of those to whom a permission is passed on, which are words of the protocol', async () => {
    await using folder = await temporaryFolder();
    const [from, out] = [join(folder.path, 'a.json'), join(folder.path, 'b.json')];
    await writeSync(from, secretProject());

    await exported(from, out);

    const typesIn = async (file: string): Promise<string[]> =>
      (await readFile(file, 'utf8')).match(/"resourceTypeIds":\[[^\]]*\]/g) ?? [];
    expect(await typesIn(from)).toContain('"resourceTypeIds":["user"]');
    expect(await typesIn(out)).toEqual(await typesIn(from));
  });

  it('has the same pseudonyms in every file of a project: what changed between two files is what changed', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    const project = secretProject();
    await writeSync(at('old.json'), project);
    await writeSync(at('new.json'), { ...project, users: project.users.slice(1) });
    await exported(at('old.json'), at('old-b.json'));
    await exported(at('new.json'), at('new-b.json'));

    await using old = await createFileIndex(at('old-b.json'));
    await using now = await createFileIndex(at('new-b.json'));
    await using realOld = await createFileIndex(at('old.json'));
    await using realNow = await createFileIndex(at('new.json'));
    using diff = diffOf(old, now);
    using real = diffOf(realOld, realNow);
    expect(diff.counts).toEqual(real.counts);
  });

  it.each(['json', 'c1z'])(
    'follows inheritance, mappings and groups as the real .%s does, and names none of it',
    async (kind) => {
      await using folder = await temporaryFolder();
      const [from, out] = [join(folder.path, `a.${kind}`), join(folder.path, `b.${kind}`)];
      await writeByHand(from, companies());

      await exported(from, out);

      await using before = await createFileIndex(from);
      await using after = await createFileIndex(out);
      const shapeOf = ({ database }: typeof before): unknown[] =>
        [
          'select i.certainty, i.keys, i.reason, count(*) n from inherits i join tenant e on e.id = i.ancestor join thing ' +
            't on t.n = i.thing group by 1, 2, 3 order by 1, 2, 3',
          'select m.via, m.type, m.priority, count(g.n) givers, count(*) n from maps m left join sso g on g.type = m.type ' +
            'and g.id = m.id and g.sso_id = m.sso_id group by 1, 2, 3 order by 1, 2, 3',
          'select count(*) n from thing t join tenant e on e.id = t.tenant left join tenant r on r.id = t.role_tenant ' +
            "where t.role_tenant is null or t.role_tenant = '' or r.id is not null",
          'select count(*) n, count(distinct sso) groups from group_member',
        ].map((sql) => database.prepare(sql).all());
      expect(shapeOf(after)).toEqual(shapeOf(before));
      const told = JSON.stringify(await messagesOf(out));
      expect(told).toContain('parent-governs');
      expect(told).not.toMatch(/acme|berlin|okta|writers|approvers|auditor|editor|CI key/i);
      for (const permission of ['write', 'audit']) {
        const [real, made] = [before, after].map((index) => {
          const name = index.database.prepare("select id from thing where kind = 'permission' order by n").all();
          return whoCan(index, String(name[permission === 'write' ? 0 : 2]?.['id']));
        });
        const wordsOf = (answer: ReturnType<typeof whoCan> | undefined): string[] =>
          Array.from(answer?.paths() ?? [], ({ way, certainty, reason, through }) =>
            [way, certainty, reason, through.length].join(' '),
          ).toSorted();
        expect(wordsOf(made)).toEqual(wordsOf(real));
      }
    },
  );

  it('keeps the shape of a project with every type that can be read', async () => {
    await using folder = await temporaryFolder();
    const [from, out] = [join(folder.path, 'a.json'), join(folder.path, 'b.json')];
    const emulator = await startEmulator({ users: 60 });
    const run = await runCli(['sync', '--include', 'all', '--rate-limit', 'off', '--out', from], {
      env: { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey },
    });
    await emulator.close();
    expect(run).toMatchObject({ code: 0 });

    await exported(from, out);

    await using before = await createFileIndex(from);
    await using after = await createFileIndex(out);
    const shapeOf = ({ database }: typeof before): unknown[] =>
      ['inherits', 'maps', 'sso', 'group_member', 'other', 'other_grant', 'holding'].map((table) =>
        database.prepare(`select count(*) n from ${table}`).get(),
      );
    expect(shapeOf(after)).toEqual(shapeOf(before));
    expect(after.unknown).toEqual(before.unknown);
    expect(await readFile(out, 'utf8')).not.toMatch(/northwind|initech|lovelace/i);

    const [real, made] = [await messagesOf(from), await messagesOf(out)].map(textsIn);
    const kept = [...(real ?? [])].filter((text) => made?.has(text) === true && !isFixed(text));
    expect(kept).toEqual([]);
    const summaries = await Promise.all(
      [from, out].map(async (path) => JSON.parse(await readFile(path, 'utf8')).summary),
    );
    const [told, madeUp] = summaries.map(({ dangling, ambiguous, console: ofConsole }) =>
      textsIn([dangling, ambiguous, ofConsole]),
    );
    expect([...(told ?? [])].filter((text) => madeUp?.has(text) === true && !isFixed(text))).toEqual([]);
    const idsOf = (file: unknown[]): string[] =>
      file.flatMap((message) => {
        const { entitlement } = message as { readonly entitlement?: { readonly id: string; readonly resource: Named } };
        const { resourceType, resource } = entitlement?.resource.id ?? {};
        return entitlement === undefined || entitlement.id.startsWith(`${resourceType}:${resource}:`)
          ? []
          : [entitlement.id];
      });
    expect(idsOf(await messagesOf(out))).toEqual([]);
  });

  it('cannot be tried with a guess where it is made with a key', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    await writeSync(at('a.json'), secretProject());
    await writeFile(at('key'), 'x'.repeat(32));
    await writeFile(at('short'), 'x');

    await exported(at('a.json'), at('b.json'));
    await exported(at('a.json'), at('c.json'), { anonymise: true, anonymiseKey: at('key') });

    expect(await readFile(at('c.json'), 'utf8')).not.toBe(await readFile(at('b.json'), 'utf8'));
    await expect(
      exported(at('a.json'), at('d.json'), { anonymise: true, anonymiseKey: at('short') }),
    ).rejects.toMatchObject({ kind: 'config' });
    await expect(
      exported(at('a.json'), at('d.json'), { anonymise: true, anonymiseKey: at('none') }),
    ).rejects.toMatchObject({ kind: 'local-io' });
    await expect(exported(at('a.json'), at('d.json'), { anonymiseKey: at('key') })).rejects.toMatchObject({
      kind: 'config',
    });
  });

  it('tells nobody who is called as a permission may be, and no hash of the real file', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    const project = smallProject();
    const named = user('U9', {
      name: 'Grant Root',
      loginIds: ['grant'],
      email: 'root@admin.example',
      status: 'disabled',
      customAttributes: { owner: 'Key' },
    });
    await writeSync(at('a.json'), {
      ...project,
      users: [...project.users, named],
      tenants: [...project.tenants, tenant('token', { name: 'Tenant Admin' })],
    });

    for (const kind of ['json', 'csv', 'ndjson']) {
      await exported(at('a.json'), at(`b.${kind}`));
    }

    const after = [
      await readFile(at('b.json'), 'utf8'),
      await readFile(at('b.ndjson'), 'utf8'),
      await readFile(join(at('b.csv'), 'users.csv'), 'utf8'),
      await readFile(join(at('b.csv'), 'tenants.csv'), 'utf8'),
    ].join('\n');
    expect(after).not.toMatch(/"(?:Grant|Root|grant|owner|Key|token)"(?!:)|Grant |Root|@admin|Tenant Admin/);
    expect(after).toContain('"details":"disabled"');
    expect(await readFile(join(at('b.csv'), 'about.json'), 'utf8')).not.toContain('contentHash');
  });

  it('never takes the place of the file that it was made of', async () => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'a.json');
    await writeSync(from, secretProject());

    await expect(exported(from, from)).rejects.toMatchObject({ kind: 'held' });
  });
});

describe('a pseudonym', () => {
  const { text, power } = createPseudonyms(Buffer.from('key'));

  it.each([
    ['ada@acme.example', /^[a-z]+@[a-z]+\.invalid$/],
    ['+41 79 123 45 67', /^\+999\d+$/],
    ['U2abcdefghijklmnopqrstuvwxyz', /^U2[A-Za-z0-9]{26}$/],
    ['invoices.approve', /^[a-z]+\.(?!approve)[a-z]+$/],
    ['Ada Lovelace', /^[A-Z][a-z]+ [A-Z][a-z]+$/],
    ['Tenant Admin', /^(?!Tenant)[A-Z][a-z]+ (?!Admin)[A-Z][a-z]+$/],
    ['', /^$/],
  ])('of %j has its form', (name, form) => {
    expect(text(name)).toMatch(form);
  });

  it.each([
    ['invoices.approve', /^[a-z]+\.approve$/],
    ['Tenant Admin', /^Tenant Admin$/],
    ['Editor', /^(?!Editor)[A-Z][a-z]+$/],
  ])('of a role or permission %j says as much of what it can do', (name, form) => {
    expect(power(name)).toMatch(form);
  });

  it('tells texts apart that differ in nothing but case or a lone surrogate', () => {
    const names = ['acme', 'Acme', 'ACME', '\uD800', '\uD801', 'a', 'b', '\u0000'];

    expect(new Set(names.map(text)).size).toBe(names.length);
  });
});

describe('--columns', () => {
  it('takes these columns of every table that has them, in this order', async () => {
    await using folder = await temporaryFolder();
    const [from, out] = [join(folder.path, 'a.json'), join(folder.path, 'b.csv')];
    await writeSync(from, smallProject());

    await exported(from, out, { columns: 'tenant_id,user_id,users.email' });

    const header = async (name: string): Promise<unknown> =>
      Papa.parse(await readFile(join(out, name), 'utf8')).data[0];
    expect([await header('users.csv'), await header('access.csv'), await header('tenants.csv')]).toEqual([
      ['user_id', 'email'],
      ['tenant_id', 'user_id'],
      ['tenant_id'],
    ]);
    await expect(readFile(join(out, 'permissions.csv'))).rejects.toThrow('ENOENT');
  });

  it.each(['emial', '', 'access.phone'])('refuses %j, with what there is', async (columns) => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'a.json');
    await writeSync(from, smallProject());

    await expect(exported(from, join(folder.path, 'b.csv'), { columns })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('there are user_id, name, login, email'),
    });
    await expect(exported(from, join(folder.path, 'b.json'), { columns: 'email' })).rejects.toMatchObject({
      kind: 'config',
    });
  });
});
