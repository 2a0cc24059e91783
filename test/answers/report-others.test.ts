import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSource } from '../../src/answers/open.ts';
import { writeReport } from '../../src/answers/report.ts';
import type { FileRow } from '../../src/answers/rows.ts';
import { decodeProject } from '../../src/report-page/data/decode.ts';
import { hostileNames } from '../support/arbitraries.ts';
import { writeByHand } from '../support/edge-files.ts';
import { otherWorld } from '../support/other-world.ts';
import { otherGrantsIn, otherGrantsOf } from '../support/report-others.ts';
import { dataOfSource, inflated, projectOf, sourceOf, userRow } from '../support/reports.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-others-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});
const file = (name: string): string => join(folder, name);

describe('keys, applications, consents and the console in the data of a report', () => {
  it('are those of the file, whatever the names are and whatever its form is', async () => {
    for (const name of ['</script><script>alert(1)</script>', ...hostileNames]) {
      await writeByHand(file('sync.json'), otherWorld(name));
      const expected = await otherGrantsIn(file('sync.json'));

      expect(expected).toHaveLength(8);
      expect(otherGrantsOf(await projectOf(file('sync.json'))), name).toEqual(expected);
    }
    await writeByHand(file('sync.json'), otherWorld('Ada\u202Eecalevol'));
    for (const extension of ['ndjson', 'c1z']) {
      await writeByHand(file(`sync.${extension}`), otherWorld('Ada\u202Eecalevol'));

      expect(otherGrantsOf(await projectOf(file(`sync.${extension}`)))).toEqual(await otherGrantsIn(file('sync.json')));
    }
  });

  it('tell of each key what its record tells', async () => {
    await writeByHand(file('sync.json'), otherWorld('x'));
    const { keys, console: console_, apps, about } = await projectOf(file('sync.json'));

    expect(about).not.toHaveProperty('unknown');
    expect(keys).toEqual([
      expect.objectContaining({ id: 'K1x', boundTo: '', createdBy: 'U9x', addresses: ['x'], expiresAt: 0 }),
      expect.objectContaining({
        id: 'K2',
        boundTo: 'U1',
        ignoredRoles: ['x'],
        expiresAt: Date.parse('2026-12-09T00:00:00Z') / 1000,
      }),
      expect.objectContaining({ id: 'K3', boundTo: 'U8x', hasClaims: true, isFixed: true }),
    ]);
    expect(keys[0]).not.toHaveProperty('isScim');
    expect(console_.keys).toMatchObject([{ id: 'K9x', companyRoles: ['x'] }]);
    expect(console_.admins).toMatchObject([
      { id: 'D1x', isCompanyAdmin: true, otherRoles: ['x'], unlisted: ['tag x'] },
    ]);
    expect(apps.applications).toMatchObject([{ id: 'S1x', isEnabled: false, defaultAccess: 'none' }]);
    expect(apps.thirdParty).toMatchObject([{ id: 'A1x', scopes: [{ name: 'x', values: ['Chief', 'x'] }] }]);
  });

  it('are without keys where people alone are asked for, and say so', async () => {
    await writeByHand(file('sync.json'), otherWorld('x'));
    await using source = await openSource(file('sync.json'));
    const written: string[] = [];
    const unknown = await writeReport({
      source,
      names: { madeBy: '0', file: 'sync.json' },
      isHumansOnly: true,
      template: '<a><!--data--></a>',
      write: (text) => Promise.resolve(void written.push(text)),
    });
    const project = decodeProject(inflated(written.join('').slice('<a>'.length, -'</a>'.length)));

    expect(unknown).toEqual([]);
    expect(project.about.isHumansOnly).toBe(true);
    expect([project.keys, project.console.keys, project.keyHoldings.count]).toEqual([[], [], 0]);
    expect(otherGrantsOf(project).map((grant) => grant.split(' ')[0])).toEqual([
      'application:S1x:access:user:U2',
      'project:P1x:admin:console_admin:D1x',
      'third_party_app:A1x:consent:tenant:eu',
      'third_party_app:A1x:consent:user:U2',
    ]);
  });

  it('are compared with an older file, in words, with each key that is privileged since marked', async () => {
    const { resources, grants, types = [] } = otherWorld('x');
    const isOld = ({ message: { id } }: (typeof grants)[number]): boolean =>
      !/Chief:assigned:access_key|consent:tenant/.test(id);
    await writeByHand(file('old.json'), { types, resources, grants: grants.filter(isOld) });
    await writeByHand(file('new.json'), { types, resources, grants });

    const { otherChanges, about } = await projectOf(file('new.json'), file('old.json'));

    expect(otherChanges.map(({ verb, who, what, where, flags }) => [verb, who, what, where, ...flags])).toEqual([
      ['gained', 'access key x (K1x)', 'role Chief', 'Acme', 'new privileged access'],
      ['gained', 'tenant x (eu)', 'third-party app x (A1x): consent', ''],
    ]);
    expect(otherChanges[1]?.after).toContain('scopes x');
    expect(about).not.toHaveProperty('unknown');
  });

  it('stay whole over several blocks', async () => {
    const count = 9000;
    const other = { kind: 'unknown', what: 'resource', status: 'active', expiresAt: '', isNonHuman: true } as const;
    const range = Array.from({ length: count }, (_, at) => at);
    const rows: FileRow[] = [
      {
        kind: 'tenant',
        id: 'acme',
        name: 'Acme',
        parentTenantId: '',
        roleInheritance: '',
        isDisabled: false,
        createdAt: '',
      },
      ...range.map((at) => userRow(`u${at}`)),
      { ...other, typeId: 'third_party_app', id: 'A', name: 'App' },
      ...range.map((at) => ({ ...other, typeId: 'access_key', id: `k${at}`, name: `n${at}` })),
      ...range.map((at) => ({
        kind: 'unknown' as const,
        what: 'grant' as const,
        id: '',
        slug: 'member',
        on: { typeId: 'tenant', id: 'acme' },
        to: { typeId: 'access_key', id: `k${at}` },
      })),
      ...range.map((at) => ({
        kind: 'unknown' as const,
        what: 'grant' as const,
        id: '',
        slug: 'consent',
        on: { typeId: 'third_party_app', id: 'A' },
        to: { typeId: 'user', id: `u${at}` },
        metadata: { scopes: [`s${at % 3}`], granted_by: [at % 2 === 0 ? `u${at}` : 'admin'] },
      })),
    ];

    const { keys, keyHoldings, apps } = decodeProject(inflated(await dataOfSource(sourceOf(rows))));

    expect([keys.length, keyHoldings.count, apps.consents.count]).toEqual([count, count, count]);
    expect(keys[8999]).toMatchObject({ id: 'k8999', name: 'n8999' });
    expect(Array.from(keyHoldings.keysOf)).toEqual(range);
    expect(apps.scopes.sets).toHaveLength(3);
    for (const at of [0, 1, 4095, 4096, 8999]) {
      expect([apps.consents.holder[at], apps.consents.scopes[at], apps.consents.grantors[at]]).toEqual([
        at,
        at % 3,
        at % 2,
      ]);
    }
  });

  it('are not made of a file that grants something of an application that it does not list', async () => {
    const rows: FileRow[] = [
      userRow('u'),
      {
        kind: 'unknown',
        what: 'grant',
        id: '',
        slug: 'access',
        on: { typeId: 'application', id: 'gone' },
        to: { typeId: 'user', id: 'u' },
      },
    ];

    await expect(dataOfSource(sourceOf(rows))).rejects.toMatchObject({ kind: 'inconsistent' });
  });
});
