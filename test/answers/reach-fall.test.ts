import { describe, expect, it } from 'vitest';
import { blastRadius, type BlastRadius } from '../../src/answers/reach/blast.ts';
import type { FallKind } from '../../src/answers/reach/fall-kinds.ts';
import { countRows, fallCells, fallJson, fallNotes, fallTitle } from '../../src/answers/reach/fall-text.ts';
import { mermaidLines } from '../../src/answers/reach/mermaid.ts';
import { indexed } from '../support/check-world.ts';
import {
  binding,
  confers,
  type HandWritten,
  held,
  maps,
  permission,
  resource,
  role,
  tenant,
  user,
} from '../support/edge-files.ts';
import { granted, keyRows } from '../support/other-world.ts';

/** Ada administers Acme, of which Bob is a member; Bob administers Initech, of which Cem is a member, who has nothing. */
function offices(): HandWritten {
  const sso = { tenant_id: 'acme', sso_id: 'okta' };
  return {
    types: [
      'access_key',
      'access_key_secret',
      'application',
      'third_party_app',
      'project',
      'console_admin',
      'management_key',
      'sso_configuration',
      'idp_group',
    ],
    summary: { projectId: 'P1' },
    resources: [
      user('U1', 'Ada'),
      user('U2', 'Bob'),
      user('U3', 'Cem', { status: 'disabled' }),
      tenant('acme', 'Acme'),
      tenant('initech', 'Initech'),
      role('Boss'),
      role('Clerk'),
      permission('User Admin'),
      permission('pay'),
      ...['acme', 'initech'].flatMap((id) => [
        binding(id, 'Boss', `Boss in ${id}`),
        binding(id, 'Clerk', `Clerk in ${id}`),
      ]),
      ...keyRows('K1', 'CI'),
      resource('access_key_secret', 'K2', 'Scripts', {
        profile: { status: 'active', bound_user_id: 'U1' },
        secretOf: { typeId: 'user', id: 'U1' },
      }),
      resource('application', 'S1', 'Wiki', { profile: { enabled: true } }),
      resource('third_party_app', 'A1', 'Ledger', { profile: { status: 'active' } }),
      resource('project', 'P1', 'Production', { profile: {} }),
      resource('project', 'P2', 'Staging', { profile: {} }),
      ...['Grace', 'Lin', 'Joan'].map((name, at) =>
        resource('console_admin', `D${at}`, name, { profile: { status: 'active' } }),
      ),
      resource('management_key', 'M1', 'Terraform', { profile: { status: 'active' } }),
      resource('sso_configuration', 'acme/okta', 'Okta', { parent: 'acme', profile: sso }),
      resource('idp_group', 'acme/okta/G1', 'Writers', { parent: 'acme', profile: sso }),
    ],
    grants: [
      ...['role:Boss', 'role_binding:acme/Boss', 'role_binding:initech/Boss'].map((thing) =>
        confers(thing, 'User Admin'),
      ),
      ...['role:Clerk', 'role_binding:acme/Clerk', 'role_binding:initech/Clerk'].map((thing) => confers(thing, 'pay')),
      held('tenant:acme', 'user:U1'),
      held('tenant:acme', 'user:U2'),
      held('tenant:initech', 'user:U2'),
      held('tenant:initech', 'user:U3'),
      held('role_binding:acme/Boss', 'user:U1'),
      held('role_binding:initech/Boss', 'user:U2'),
      held('role_binding:initech/Clerk', 'user:U3'),
      held('role:Clerk', 'access_key:K1'),
      held('idp_group:acme/okta/G1', 'user:U1'),
      maps('role_binding:acme/Clerk', 'idp_group:acme/okta/G1', { via: 'group_mapping', sso_id: 'okta' }),
      granted('application:S1', 'access', 'user:U3'),
      granted('third_party_app:A1', 'consent', 'user:U1', { scopes: ['pay'] }),
      granted('project:P1', 'admin', 'console_admin:D0', { via: 'company_admin' }),
      granted('project:P1', 'auditor', 'console_admin:D1'),
      granted('project:P2', 'admin', 'console_admin:D1'),
      granted('project:P1', 'support', 'console_admin:D2'),
      granted('project:P1', 'management_key_role', 'management_key:M1', { roles: ['read'] }),
    ],
  };
}

async function asked<T>(subject: string, tell: (answer: BlastRadius) => T, tenantId?: string): Promise<T> {
  await using index = await indexed(offices());
  return tell(blastRadius(index, subject, tenantId));
}
const rows = (subject: string, kinds: readonly FallKind[], tenantId?: string): Promise<string[]> =>
  asked(
    subject,
    (answer) =>
      Array.from(
        answer.rows(kinds),
        ({ id, tenantId: place, certainty, how }) =>
          `${id}${place === '' || place === id ? '' : ` @${place}`} ${how ?? ''} ${certainty}`,
      ),
    tenantId,
  );

describe('what falls', () => {
  it('with a user are those whom the user can take over, and whom these can', async () => {
    expect(await rows('Ada', ['power', 'users'])).toEqual([
      'acme/Boss @acme  certain',
      'initech/Boss @initech  certain',
      'U1 subject certain',
      'U2 take_over certain',
      'U3 take_over certain',
    ]);
    const { own, all } = await asked('Ada', (answer) => answer);
    expect(own).toMatchObject({
      users: 1,
      tenants: 1,
      permissions: 2,
      administrative: 1,
      access: { certain: 1, next_login: 1 },
    });
    expect(all).toMatchObject({ users: 3, tenants: 2, applications: 1, access: { certain: 3, next_login: 1 } });
  });

  it('with a user who can take nobody over are the user’s own things', async () => {
    const { own, all } = await asked('Cem', (answer) => answer);
    expect(all).toEqual(own);
    expect(own).toMatchObject({ users: 1, applications: 1, roles: 1, permissions: 1, administrative: 0 });
  });

  it('with a key that acts as somebody is no login of theirs, unless it can take over that very user', async () => {
    const { own, all } = await asked('Scripts', (answer) => answer);
    expect(own).toMatchObject({ users: 1, keys: 1, access: { certain: 1, next_login: 0 } });
    expect(all).toMatchObject({ users: 3, keys: 1, access: { certain: 3, next_login: 1 } });
  });

  it('with a role in one tenant counts from there, and elsewhere wherever somebody has it', async () => {
    expect(await rows('Boss', ['users'], 'Initech')).toEqual(['U2 take_over certain', 'U3 take_over certain']);
    expect(await rows('Boss', ['users'])).toEqual([
      'U1 take_over certain',
      'U2 take_over certain',
      'U3 take_over certain',
    ]);
    expect(await rows('Clerk', ['access'])).toEqual(['pay  certain', 'pay @initech  certain', 'pay @acme  next_login']);
    expect(await rows('Clerk', ['access'], 'Acme')).toEqual(['pay @acme  certain']);
    await expect(rows('Ada', ['users'], 'Acme')).rejects.toMatchObject({ kind: 'config' });
  });

  it('with a role that nobody has in a tenant is what the role allows, and what it would pass down is not told', async () => {
    const { resources, grants, ...rest } = offices();
    const isOfAcme = (id: string): boolean => /role_binding:acme.*Boss|acme.*Boss:/.test(id);
    const world = { ...rest, resources, grants: grants.filter(({ message }) => !isOfAcme(message.id)) };
    await using index = await indexed({
      ...world,
      grants: world.grants.filter(({ message }) => message.principal?.id?.resource !== 'acme/Boss'),
    });
    const answer = blastRadius(index, 'Boss', 'Acme');
    expect(Array.from(answer.rows(['access', 'users']), ({ id, tenantId }) => `${id} ${tenantId}`)).toEqual([
      'User Admin acme',
      'User Admin initech',
      'pay initech',
      'pay acme',
      'U1 ',
      'U2 ',
      'U3 ',
    ]);
    expect(fallNotes(answer)).toContain(
      'Nobody holds the role there: what it would pass down to tenants below is not known.',
    );
  });

  it('with a group is what it maps to, and not who is in it', async () => {
    expect(await rows('Writers', ['users', 'access'])).toEqual(['pay @acme  next_login']);
    expect(await asked('Writers', fallNotes)).toEqual(['Besides: 1 member, which does not fall by it.']);
  });

  it('with an administrator of the console is everybody, with an auditor, or one of another project, nobody', async () => {
    const all = ['U1 console certain', 'U2 console certain', 'U3 console certain', 'K1 console certain'];
    expect(await rows('Grace', ['users', 'keys'])).toEqual(all);
    expect(await rows('project:P1', ['users', 'keys'])).toEqual(all);
    expect(await rows('Lin', ['users', 'keys'])).toEqual([]);
    expect(await rows('project:P2', ['users'])).toEqual([]);
    expect(await rows('Joan', ['users'])).toEqual([
      'U1 console possible',
      'U2 console possible',
      'U3 console possible',
    ]);
    expect(await rows('Terraform', ['keys'])).toEqual(['M1 subject certain', 'K1 console possible']);
  });

  it('with an app and an application is what it concerns, and what is not told', async () => {
    expect(await asked('Ledger', fallNotes)).toEqual([
      'Besides: 1 consent, which does not fall by it.',
      'What an app can do for those who consented depends on its scopes, and is not told here.',
    ]);
    expect(await asked('Wiki', ({ concerned, all }) => [concerned, all.users])).toEqual([
      { noun: 'grant', count: 1 },
      0,
    ]);
  });

  it('is counts first, and rows on demand', async () => {
    await using index = await indexed(offices());
    const answer = blastRadius(index, 'Cem');
    expect(fallTitle(answer)).toBe('What falls if Cem (U3) falls');
    expect(countRows(answer, index.types).slice(0, 2)).toEqual([
      ['', 'by itself', 'with take-overs'],
      ['users', '        1', '              1'],
    ]);
    const untold = countRows(answer, new Set(['user'])).filter((cells) => cells[1]?.trim() === '?');
    expect(untold.map(([title]) => title)).toEqual(['keys', '  at the next login']);
    expect(fallNotes(answer)).toEqual(['The user is disabled: this counts when that ends.']);
    expect(Array.from(blastRadius(index, 'Bob').rows(['users', 'access']), fallCells)).toEqual([
      ['Bob', '', 'itself  user U2'],
      ['Cem', '', 'can be taken over  through role_binding:initech/Boss  user U3'],
      ['User Admin', 'in Initech', ''],
      ['pay', 'in Initech', ''],
    ]);
    const { head, rows: none } = fallJson(index, blastRadius(index, 'Bob'), []);
    expect(head).toMatchObject({
      question: 'blast-radius',
      subject: { type: 'user', id: 'U2' },
      own: { users: 1 },
      all: { users: 2 },
    });
    expect([...none()]).toEqual([]);
  });

  it('is a drawing in which the users of a tenant are one', async () => {
    expect(await asked('Ada', (answer) => [...mermaidLines(answer.edges())])).toEqual([
      'flowchart LR',
      '  n0(["Ada"])',
      '  n1[["tenant Acme"]]',
      '  n0 -->|"comes to"| n1',
      '  n2["Boss in acme"]',
      '  n0 -->|"comes to"| n2',
      '  n3["Clerk in acme"]',
      '  n0 -.->|"comes to"| n3',
      '  n4{{"User Admin"}}',
      '  n2 -->|"allows"| n4',
      '  n5{{"pay"}}',
      '  n3 -->|"allows"| n5',
      '  n6["1 user of Acme"]',
      '  n2 -->|"can take over"| n6',
      '  n7["Boss in initech"]',
      '  n6 -->|"some hold"| n7',
      '  n8["1 user of Initech"]',
      '  n7 -->|"can take over"| n8',
    ]);
  });
});

describe('applications that are given by default', () => {
  const world: HandWritten = {
    types: ['application'],
    resources: [
      user('U1', 'Ada'),
      user('U2', 'Bob'),
      resource('application', 'S1', 'Wiki', { profile: { enabled: true, default_access: 'all' } }),
      resource('application', 'S2', 'Books', { profile: { enabled: true, default_access: 'all' } }),
      resource('application', 'S3', 'Mail', { profile: { enabled: true, default_access: 'none' } }),
      resource('application', 'S4', 'Chat', { profile: { enabled: true, default_access: 'unknown' } }),
    ],
    grants: [granted('application:S3', 'access', 'user:U2')],
  };

  it('fall with a user who was given none by name, and what is not known is told', async () => {
    await using index = await indexed(world);
    const ada = blastRadius(index, 'Ada');
    const bob = blastRadius(index, 'Bob');
    const untold = 'Whether users without an application of their own can use 1 application, which is not counted';

    expect([ada.own.applications, ada.all.applications]).toEqual([2, 2]);
    expect(fallNotes(ada).join('\n')).toContain(untold);
    expect([bob.own.applications, bob.all.applications]).toEqual([1, 1]);
    expect(fallNotes(bob).join('\n')).not.toContain('Whether users');
  });

  it('fall where nobody was given any by name', async () => {
    await using index = await indexed({ ...world, grants: [] });

    expect(blastRadius(index, 'Bob').own.applications).toBe(2);
  });
});
