import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffOf } from '../../src/answers/diff.ts';
import { changeCells, changeHeader, changeJson } from '../../src/answers/diff-cells.ts';
import { changeInWords, diffInWords, diffLines } from '../../src/answers/diff-text.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import { flows, type HandWritten, held, maps, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { inheritedAccessOf } from '../support/inherited-access-truth.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diff-edges-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function indexOf(name: string, world: HandWritten): Promise<FileIndex> {
  const path = join(folder, `${name}.json`);
  await writeByHand(path, world);
  return await createFileIndex(path);
}

/** The same world without some grants, by their ids, and with others. */
function changed(without: readonly string[], more: HandWritten['grants']): HandWritten {
  const { grants, ...world } = companies();
  return { ...world, grants: [...grants.filter((row) => !without.includes(row.message.id)), ...more] };
}

const later = (): HandWritten =>
  changed(
    [
      'role:acme/Approver:assigned:user:U2',
      'role_binding:berlin/Editor:assigned:role_binding:acme/Editor',
      'role_binding:berlin//Auditor:assigned:role_binding:eu/Auditor',
      'idp_group:acme/okta/G1:member:user:U3',
      'role_binding:acme/Editor:assigned:sso_configuration:acme/okta',
    ],
    [
      held('role_binding:acme/Editor', 'user:U4'),
      flows('role_binding:berlin//Auditor', 'role_binding:eu/Auditor', 'eu'),
      maps('role:berlin/Auditor', 'idp_group:acme/okta/G1', { via: 'group_mapping', sso_id: 'okta' }),
    ],
  );

describe('a diff', () => {
  it('says of a change above how many tenants below follow it, and tells by itself what the tree changed', async () => {
    await using before = await indexOf('old', companies());
    await using after = await indexOf('new', later());
    using diff = diffOf(before, after);

    expect(Array.from(diff.changes(), (change) => [changeInWords(change), change.follows])).toEqual([
      ['Bob lost Approver (Acme)', 2],
      ['Dora was given Editor in Acme', 1],
    ]);
    expect(Array.from(diff.inheritance(), (change) => changeInWords(change))).toEqual([
      'Berlin inherits Auditor from EU: uncertain: parent-governs before, derived now',
      'Berlin no longer inherits Editor from Acme (2 holders)',
    ]);
    expect(Array.from(diff.mappings(), (change) => changeInWords(change))).toEqual([
      'single sign-on Okta no longer gives Editor in Acme at the next login',
      'Cem left group Writers',
      'group Writers now gives Auditor (Berlin) at the next login',
    ]);
    expect(diff.counts).toMatchObject({ gained: 1, lost: 1, inherited: 5, inheritance: 2, mappings: 3 });
    expect(diffInWords(diff)).toContain(
      'Inherited: 5 changes of access that follow, 2 changes of what tenants inherit.',
    );
  });

  it('has in JSON and CSV each of those who gained or lost something by inheritance, with its way', async () => {
    await using before = await indexOf('old', companies());
    await using after = await indexOf('new', later());
    using diff = diffOf(before, after);
    const rows = [...diff.inheritedAccess()];

    expect(rows.map((change) => changeInWords(change))).toEqual([
      'Dora was given Editor in EU, inherited: Acme > EU',
      'Bob lost Approver in Berlin, inherited: Acme > EU > Berlin',
      'Ada lost Editor in Berlin, inherited: Acme > EU > Berlin',
      'access_key K1 (CI key) lost Editor in Berlin, inherited: Acme > EU > Berlin',
      'Bob lost Approver in EU, inherited: Acme > EU',
    ]);
    expect(rows.slice(0, 1).map(changeJson)).toMatchObject([
      {
        area: 'access',
        change: 'gained',
        way: 'inherited',
        userId: 'U4',
        heldId: 'eu/Editor',
        tenantId: 'eu',
        from: 'acme',
        certainty: 'derived',
        through: ['acme', 'eu'],
        heldAbove: 'acme/Editor',
      },
    ]);
    const cells = rows.slice(0, 1).flatMap(changeCells);
    expect(Object.fromEntries(changeHeader.map((name, place) => [name, cells[place]]))).toMatchObject({
      way: 'inherited',
      from_tenant_id: 'acme',
      through: 'acme > eu',
    });
  });

  it('is text of one line for a cause, within 80 columns', async () => {
    await using before = await indexOf('old', companies());
    await using after = await indexOf('new', later());
    using diff = diffOf(before, after);
    const lines = [...diffLines(diff, 80)];

    expect(lines.slice(1, 5)).toEqual([
      'Access in Acme',
      '  -  Bob   lost Approver (Acme)      U2',
      '    and what 2 tenants below inherit from it',
      '  +  Dora  was given Editor in Acme  U4',
    ]);
    expect(lines).toEqual(expect.arrayContaining(['What tenants inherit', 'What the next login gives']));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('compares nothing of what one of the files does not tell, and says so', async () => {
    const { grants, types: _types, ...world } = companies();
    const old: HandWritten = {
      resources: world.resources.filter(({ typeId }) => !['sso_configuration', 'idp_group'].includes(typeId)),
      grants: grants.filter(
        ({ message: { annotations, id } }) =>
          !id.startsWith('idp_group') && !annotations.some(({ typeUrl }) => typeUrl.includes('Immutable')),
      ),
      summary: { inheritance: undefined, notDerived: { inheritingTenants: 2, inheritedRoles: 5 } },
    };
    await using before = await indexOf('old', old);
    await using after = await indexOf('new', companies());
    using diff = diffOf(before, after);

    expect([diff.isSame, diff.notCompared.length]).toEqual([true, 3]);
  });

  it('compares nothing that is inherited where the files take different readings: that is no change', async () => {
    const inheritance = { edges: 5, uncertain: 0, loops: 0, unknown_parents: 0 };
    await using before = await indexOf('old', {
      ...companies(),
      summary: { inheritance: { ...inheritance, mode: 'parent' } },
    });
    await using after = await indexOf('new', {
      ...changed(['role_binding:berlin//Auditor:assigned:role_binding:eu/Auditor'], []),
      summary: { inheritance: { ...inheritance, mode: 'child' } },
    });
    using diff = diffOf(before, after);

    expect([diff.isSame, diff.notCompared]).toEqual([
      true,
      ['inherited access is not compared: the older file was made with --inheritance parent, the newer with child'],
    ]);
  });

  it.each([[{ settings: 'offered', groups: 'not-offered' }], [{ settings: 'limited', groups: 'offered' }]])(
    'compares nothing of the next login where the deployment told one of the files only %o',
    async (sso) => {
      await using before = await indexOf('old', { ...companies(), summary: { sso } });
      await using after = await indexOf('new', later());
      using diff = diffOf(before, after);

      expect(diff.notCompared).toEqual([expect.stringMatching(/^what the next login gives is not compared/)]);
      expect([...diffLines(diff, 80)]).not.toContain('What the next login gives');
    },
  );

  it('tells exactly what is inherited in one of two projects and not in the other', async () => {
    const property = fc.asyncProperty(projectArbitrary, projectArbitrary, async (old, now) => {
      const [one, other] = [join(folder, 'a.json'), join(folder, 'b.json')];
      await writeSync(one, old);
      await writeSync(other, now);
      await using before = await createFileIndex(one);
      await using after = await createFileIndex(other);
      using diff = diffOf(before, after);
      // two roles of one name in a tenant are told apart by what is inherited, here by the tenant above
      const key = (row: {
        readonly userId: string;
        readonly kind: string;
        readonly role: string;
        readonly tenantId: string;
        readonly from: string;
      }): string => JSON.stringify([row.userId, row.kind, row.role, row.tenantId, row.from]);
      const told = (wanted: string): string[] =>
        Array.from(diff.inheritedAccess())
          .filter(({ change }) => change === wanted)
          .map(({ userId, kind, role, tenantId, inherited }) =>
            key({ userId, kind, role, tenantId, from: inherited?.from ?? '' }),
          )
          .toSorted();
      const keys = (rows: typeof old): Set<string> => new Set(inheritedAccessOf(rows).map(key));
      const [had, has] = [keys(old), keys(now)];

      expect(told('gained')).toEqual(expect.arrayContaining([...has.difference(had)].toSorted()));
      expect(told('lost')).toEqual(expect.arrayContaining([...had.difference(has)].toSorted()));
      const steady = has.intersection(had);
      const both = (name: string): string[] => told(name).filter((one) => steady.has(one));
      expect(both('gained').toSorted()).toEqual(both('lost').toSorted()); // the same by name, of another role
    });
    await fc.assert(property, { numRuns: 15 });
  });
});
