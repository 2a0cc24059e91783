import { describe, expect, it } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';
import { mermaidLines, mostEdges } from '../../src/answers/reach/mermaid.ts';
import { edgesOf, waysJson } from '../../src/answers/reach/way-json.ts';
import { createWayCounter, wayLines, waysNotes, waysTotals } from '../../src/answers/reach/way-text.ts';
import { waysOf } from '../../src/answers/reach/ways-of.ts';
import { indexed } from '../support/check-world.ts';
import { flows, type HandWritten, held, maps, resource, user } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { granted } from '../support/other-world.ts';

/** The companies, with keys that act as Ada and that Cem and Dora made, applications and the console. */
function world(): HandWritten {
  const { resources, grants, types = [] } = companies();
  const secret = (
    id: string,
    name: string,
    ownerType: string,
    owner: string,
    madeBy = '',
  ): HandWritten['resources'][number] =>
    resource('access_key_secret', id, name, {
      profile: { status: 'active', ...(ownerType === 'user' && { bound_user_id: owner }) },
      secretOf: { typeId: ownerType, id: owner },
      ...(madeBy !== '' && { madeBy: { typeId: 'user', id: madeBy } }),
    });
  return {
    types: [...types, 'access_key_secret', 'application', 'third_party_app', 'project', 'console_admin'],
    resources: [
      ...resources,
      user('U5', 'Eve'),
      secret('K1', 'CI key', 'access_key', 'K1', 'U4'),
      secret('K2', 'Scripts', 'user', 'U1', 'U5'),
      resource('application', 'S1', 'Wiki', { profile: { enabled: true, default_access: 'all' } }),
      resource('application', 'S2', 'Books', { profile: { enabled: false, default_access: 'unknown' } }),
      resource('third_party_app', 'A1', 'Ledger', { profile: { status: 'active' } }),
      resource('project', 'P1', 'Production', { profile: {} }),
      resource('console_admin', 'D1', 'Grace', { profile: { email: 'grace@acme.example', status: 'active' } }),
    ],
    grants: [
      ...grants,
      granted('application:S2', 'access', 'user:U2'),
      granted('third_party_app:A1', 'consent', 'user:U1', { scopes: ['write'] }),
      granted('project:P1', 'admin', 'console_admin:D1', { via: 'company_admin' }),
    ],
  };
}

async function told(who: string, what: string, tenant?: string, one: HandWritten = world()): Promise<string[]> {
  await using index = await indexed(one);
  return inShort(index, who, what, tenant);
}

function inShort(index: FileIndex, who: string, what: string, tenant?: string): string[] {
  return Array.from(waysOf(index, who, what, tenant).ways(), ({ links, when, certainty, tenantId, isHeld }) => {
    const held = isHeld === undefined ? '' : isHeld ? ' held' : ' new';
    const steps = links.map(({ by, to }) => `${by} ${to.id}`).join(', ');
    return `@${tenantId} ${when === 'now' ? '' : 'later '}${certainty}${held}: ${steps}`;
  });
}

describe('the ways of a user to a permission', () => {
  it('are what is held, what is inherited of it, and what a group and a configuration give again', async () => {
    expect(await told('Ada', 'write')).toEqual([
      '@acme certain: holds acme/Editor, allows write',
      '@berlin certain: holds berlin/Editor, allows write',
      '@berlin derived: holds acme/Editor, passes_down berlin/Editor, allows write',
      '@eu derived: holds acme/Editor, passes_down eu/Editor, allows write',
      '@acme later certain held: in_group acme/okta/G1, gives acme/Editor, allows write',
      '@berlin later derived held: in_group acme/okta/G1, gives acme/Editor, passes_down berlin/Editor, allows write',
      '@eu later derived held: in_group acme/okta/G1, gives acme/Editor, passes_down eu/Editor, allows write',
      '@acme later certain held: signs_in_through acme/okta, gives acme/Editor, allows write',
      '@berlin later derived held: signs_in_through acme/okta, gives acme/Editor, passes_down berlin/Editor, allows write',
      '@eu later derived held: signs_in_through acme/okta, gives acme/Editor, passes_down eu/Editor, allows write',
    ]);
  });

  it('in one tenant are those that count there', async () => {
    expect(await told('ada@acme.example', 'write', 'Berlin')).toEqual([
      '@berlin certain: holds berlin/Editor, allows write',
      '@berlin derived: holds acme/Editor, passes_down berlin/Editor, allows write',
      '@berlin later derived held: in_group acme/okta/G1, gives acme/Editor, passes_down berlin/Editor, allows write',
      '@berlin later derived held: signs_in_through acme/okta, gives acme/Editor, passes_down berlin/Editor, allows write',
    ]);
  });

  it('of whom the next login gives it are told as later, and as new', async () => {
    expect(await told('Cem', 'write', 'Acme')).toEqual([
      '@acme later certain new: in_group acme/okta/G1, gives acme/Editor, allows write',
      '@acme later certain new: signs_in_through acme/okta, gives acme/Editor, allows write',
    ]);
  });

  it('lead through a key that the user made, and through the user as whom such a key acts, as possible', async () => {
    expect(await told('Dora', 'write', 'Acme')).toEqual(['@acme possible: made K1, holds acme/Editor, allows write']);
    expect(await told('Eve', 'write', 'Acme')).toEqual([
      '@acme possible: made K2, acts_as U1, holds acme/Editor, allows write',
    ]);
  });

  it('do not lead through a configuration of a tenant that the user is no member of', async () => {
    const { resources, grants, ...rest } = world();
    const all = [...grants, held('tenant:eu', 'user:U5')];
    expect(await told('Eve', 'Editor', 'Acme', { ...rest, resources, grants: all })).toEqual([
      '@acme possible: made K2, acts_as U1, holds acme/Editor',
    ]);
  });

  it('lead through no key that the user made for themselves, or that is switched off', async () => {
    const { resources, grants, ...rest } = world();
    const keys = [
      resource('access_key_secret', 'K3', 'Own', {
        profile: { status: 'active', bound_user_id: 'U2' },
        secretOf: { typeId: 'user', id: 'U2' },
        madeBy: { typeId: 'user', id: 'U2' },
      }),
      resource('access_key_secret', 'K4', 'Off', {
        profile: { status: 'inactive', bound_user_id: 'U1' },
        secretOf: { typeId: 'user', id: 'U1' },
        madeBy: { typeId: 'user', id: 'U2' },
      }),
    ];
    const all = { ...rest, resources: [...resources, ...keys], grants };
    expect(await told('Bob', 'approve', 'Acme', all)).toEqual(['@acme certain: holds acme/Approver, allows approve']);
    expect(await told('Bob', 'Editor', 'Berlin', all)).toEqual([
      '@berlin later derived new: signs_in_through acme/okta, gives acme/Editor, passes_down berlin/Editor',
    ]);
  });

  it('are uncertain with the reason where the inheritance is', async () => {
    await using index = await indexed(world());
    const [only, ...more] = waysOf(index, 'Bob', 'approve', 'Berlin').ways();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ certainty: 'uncertain', reason: 'child-governs,tenant-disabled', when: 'now' });
    expect(only?.links[1]?.through?.map(({ id }) => id)).toEqual(['acme', 'eu', 'berlin']);
  });

  it('are none for whoever has none', async () => {
    expect(await told('Dora', 'approve')).toEqual([]);
  });

  it('that lead to a role or a membership end there', async () => {
    expect(await told('Dora', 'Auditor')).toEqual([
      '@berlin uncertain: holds eu/Auditor, passes_down berlin//Auditor',
      '@eu certain: holds eu/Auditor',
      '@ possible: made K1, holds Auditor',
    ]);
    expect(await told('Bob', 'EU')).toEqual(['@eu derived: holds acme, passes_down eu']);
  });
});

describe('the ways of others', () => {
  it('of a key are what it holds and inherits, where keys inherit', async () => {
    expect(await told('CI key', 'write')).toEqual([
      '@acme certain: holds acme/Editor, allows write',
      '@berlin uncertain: holds acme/Editor, passes_down berlin/Editor, allows write',
      '@eu uncertain: holds acme/Editor, passes_down eu/Editor, allows write',
    ]);
    const { resources, grants, ...rest } = world();
    const shut = flows('role_binding:eu/Editor', 'role_binding:acme/Editor', 'acme');
    const without = grants.map((grant) => (grant.message.id === shut.message.id ? shut : grant));
    expect(await told('CI key', 'write', 'EU', { ...rest, resources, grants: without })).toEqual([]);
  });

  it('of a key that is bound are those of the user, now, and not what a login gives', async () => {
    expect(await told('Scripts', 'write', 'Acme')).toEqual([
      '@acme certain: acts_as U1, holds acme/Editor, allows write',
    ]);
  });

  it('of a group, a configuration and a tenant are what they give, and the groups of a configuration', async () => {
    expect(await told('Writers', 'write', 'EU')).toEqual([
      '@eu later derived: gives acme/Editor, passes_down eu/Editor, allows write',
    ]);
    expect(await told('sso_configuration:Okta', 'write', 'Acme')).toEqual([
      '@acme later certain: gives acme/Editor, allows write',
      '@acme later certain: has_group acme/okta/G1, gives acme/Editor, allows write',
    ]);
    expect(await told('tenant:EU', 'audit', 'EU')).toEqual(['@eu later certain: gives eu/Auditor, allows audit']);
  });

  it('of a group that only a mapping names, too', async () => {
    const { resources, grants, ...rest } = world();
    const all = [
      ...grants,
      maps('role_binding:eu/Auditor', 'idp_group:acme/okta/name:Approvers', { via: 'group_mapping', sso_id: 'okta' }),
    ];
    expect(await told('Approvers', 'audit', 'EU', { ...rest, resources, grants: all })).toEqual([
      '@eu later certain: gives eu/Auditor, allows audit',
    ]);
  });
});

describe('the ways to things of other types', () => {
  it('are grants by name, and an application’s default where it gives one to all others', async () => {
    expect(await told('Ada', 'Wiki')).toEqual(['@ certain: by_default S1']);
    expect(await told('Bob', 'Wiki')).toEqual([]);
    expect(await told('Bob', 'Books')).toEqual(['@ certain: holds S2']);
    expect(await told('Ada', 'Books')).toEqual([]);
    expect(await told('Grace', 'Production')).toEqual(['@ certain: holds P1']);
  });

  it('are not a key’s where the user consented', async () => {
    expect(await told('Ada', 'Ledger')).toEqual(['@ certain: holds A1']);
    expect(await told('Scripts', 'Ledger')).toEqual([]);
    expect(await told('Scripts', 'Wiki')).toEqual(['@ certain: acts_as U1, by_default S1']);
  });

  it('have no tenant', async () => {
    await expect(told('Ada', 'Wiki', 'Acme')).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('what is told besides', () => {
  it('says that somebody cannot log in, which keys act as them, and what no file tells', async () => {
    await using index = await indexed(world());
    const notes = (who: string, what: string): string[] => waysNotes(index, waysOf(index, who, what));
    expect(notes('Cem', 'write')).toEqual(['The user is disabled, and can use none of it until that ends.']);
    expect(notes('Ada', 'write')).toEqual(['The same holds for 1 key that acts as this user: Scripts.']);
    expect(notes('Ada', 'Ledger')).toEqual([]);
    expect(notes('Bob', 'Books')).toEqual([
      'The application is disabled: the ways count again when it is switched on.',
      'Whether users without an application of their own can use it is not known (--application-default).',
    ]);
    expect(notes('Grace', 'write').join()).toContain('administers the project in the console');
    expect(notes('Ledger', 'write').join()).toContain('depends on its scopes');
  });

  it('fits a way into lines, and counts ways by what they are', async () => {
    await using index = await indexed(world());
    const answer = waysOf(index, 'Bob', 'approve');
    const { add, counts } = createWayCounter();
    const lines = [...answer.ways()].flatMap((chain, place) => {
      add(chain);
      return wayLines(chain, place + 1);
    });
    expect(lines.slice(3, 7)).toEqual([
      ' 2. in Berlin, now, uncertain: child-governs, tenant-disabled',
      '     holds            Approver (Acme)',
      '     passes down to   Approver of acme in berlin (Acme > EU > Berlin)',
      '     allows           approve',
    ]);
    expect(waysTotals(answer, counts())).toBe('2 ways now, 1 uncertain.');
    expect(waysTotals(answer, createWayCounter().counts())).toBe(
      'No way leads from Bob to approve, by what this file tells.',
    );
  });

  it('is JSON with every link, and which types were not read', async () => {
    const { types: _, ...rest } = companies();
    await using index = await indexed({ ...rest, types: ['sso_configuration', 'idp_group'] });
    const { head, rows } = waysJson(index, waysOf(index, 'Ada', 'write', 'Acme'));
    expect(head).toMatchObject({
      question: 'path',
      who: { type: 'user', id: 'U1', status: 'enabled' },
      what: { type: 'permission', id: 'write' },
      tenantId: 'acme',
      notRead: { types: expect.arrayContaining(['access_key']) },
    });
    expect([...rows()][0]).toMatchObject({
      when: 'now',
      from: { type: 'user', id: 'U1', name: 'Ada' },
      links: [
        { by: 'holds', to: { type: 'role_binding', id: 'acme/Editor', name: 'Editor in Acme' } },
        { by: 'allows', to: { type: 'permission', id: 'write' } },
      ],
    });
  });

  it('agrees with "access" on what is held and inherited', async () => {
    await using index = await indexed(world());
    for (const who of ['U1', 'U2', 'U3', 'U4', 'K1', 'K2']) {
      for (const what of ['write', 'approve', 'audit']) {
        const access = [...accessOf(index, who).paths()]
          .filter(({ permission }) => permission === what)
          .map(({ heldId, from, certainty }) => `${heldId} ${from} ${certainty || 'certain'}`);
        const path = [...waysOf(index, who, what).ways()]
          .filter(({ when, certainty }) => when === 'now' && certainty !== 'possible')
          .map(({ links, certainty }) => `${links.at(-2)?.to.id} ${links.at(-2)?.through?.[0]?.id ?? ''} ${certainty}`);
        expect(path.toSorted(), `${who} ${what}`).toEqual(access.toSorted());
      }
    }
  });
});

describe('the drawing', () => {
  it('has each thing and each step once, dotted where it is not so for sure now', async () => {
    await using index = await indexed(world());
    expect([...mermaidLines(edgesOf(waysOf(index, 'Bob', 'approve').ways()))]).toEqual([
      'flowchart LR',
      '  n0(["Bob"])',
      '  n1["Approver (Acme)"]',
      '  n0 -->|"holds"| n1',
      '  n2{{"approve"}}',
      '  n1 -->|"allows"| n2',
      '  n3["Approver of acme in berlin"]',
      '  n1 -.->|"passes down to"| n3',
      '  n3 -->|"allows"| n2',
      '  n4["Approver of acme in eu"]',
      '  n1 -->|"passes down to"| n4',
      '  n4 -->|"allows"| n2',
    ]);
  });

  it('keeps names from being read as anything else, and says what it leaves out', () => {
    const from = { type: 'user', id: 'U1', name: 'x"]; click n0 "javascript:1" <b>' };
    const edges = Array.from({ length: mostEdges + 3 }, (_, place) => ({
      from,
      to: { type: 'role', id: `R${place}`, name: '' },
      label: 'holds',
      isDotted: false,
    }));
    let cut = 0;
    const lines = [...mermaidLines(edges, (more) => (cut = more))];
    expect(lines[1]).toBe('  n0(["x#34;#93;#59; click n0 #34;javascript:1#34; #60;b#62;"])');
    expect([cut, lines.at(-1)]).toEqual([3, '  %% 3 more edges are left out']);
  });
});
