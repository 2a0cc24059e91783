import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import readXlsx from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { type Policy, policySchema } from '../../src/checks/policy/schema.ts';
import { writeDerived } from '../../src/cli/derived-files.ts';
import { ConnectorError } from '../../src/errors.ts';
import { SecurityInsightTraitSchema } from '../../src/gen/c1/connector/v2/annotation_security_insight_pb.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { createJudge } from '../../src/insights/judge.ts';
import type { Resource } from '../../src/model/messages.ts';
import { cleanupRequest } from '../../src/model/walk-requests.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { folderIn } from '../../src/output/work-places.ts';
import type { ProjectRead } from '../../src/resources/sync/sync-session.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from '../support/embedded.ts';
import { allPages, allResources, getResource, idsOf, listGrants, listResources } from '../support/walker.ts';

const everything = ['access_key', 'sso_configuration', 'idp_group', 'application', 'third_party_app'];
const noPolicy = policySchema.parse({ version: 1 });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insights-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Asked extends Omit<EmbeddedOptions, 'judge'> {
  readonly include?: readonly string[];
  readonly rules?: Policy;
}

async function judged({ include = everything, rules, ...options }: Asked = {}): Promise<Embedded> {
  const work = { makeFolder: async () => await folderIn(folder, 'nothing'), fullRemedy: 'make room' };
  return await startEmbedded({
    emulator: { users: 120 },
    policy: { tenantRoles: 'all', include: [...include, 'finding'] },
    ...options,
    judge: createJudge({ policy: rules, work }),
  });
}

/** The newest sync of a store. */
async function newestIn(path: string): Promise<FileIndex> {
  const history = await openHistory(path);
  const index = await history.index(await history.choose({}));
  return {
    ...index,
    [Symbol.asyncDispose]: async () => {
      await index[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

async function synced({ connector, emulator }: Pick<Embedded, 'connector' | 'emulator'>, path: string) {
  return await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: path.endsWith('.db')
      ? await createStoreTarget(path, { projectId: emulator.projectId, syncId: newSyncId() })
      : await chooseOutput(path)({ syncId: newSyncId() }),
    tenantRoles: 'all',
  });
}

/** What `check` finds in the file of a sync, waived or not. */
async function checked(path: string, policy: Policy = noPolicy) {
  await using index = await createFileIndex(path);
  return [...checkByPolicy(index, { policy, nowMs: Date.now() }).findings()];
}

function insightOf({ annotations }: Resource) {
  const trait = annotations.map((annotation) => anyUnpack(annotation, SecurityInsightTraitSchema)).find(Boolean);
  if (trait?.insightType.case !== 'issue') {
    throw new Error('no issue');
  }
  return { issue: trait.insightType.value, target: trait.target };
}

function textOf(row: Resource | undefined, key: string): string {
  const value = row?.profile?.[key];
  return typeof value === 'string' ? value : '';
}

/** The resources that could stand for the subject of a finding, the best first. */
function waysTo(row: Resource): string[] {
  const [type, id] = [textOf(row, 'subject_type'), textOf(row, 'subject_id')];
  return [`${type} ${id}`, `${type}_secret ${id}`];
}

describe('findings of a sync', () => {
  it('are what check finds in its file, each by its fingerprint, and send no request more', async () => {
    const path = join(folder, 'same.json');
    const tooLong = { name: 'Too Long', description: 'x'.repeat(5_000) }; // is cut, and counted once
    await using embedded = await judged();
    embedded.emulator.state.putPermission(tooLong);
    const { counts, requests, cut } = await synced(embedded, path);
    const found = await checked(path);
    const rows = await allResources(embedded.remote, 'finding');

    await using plain = await startEmbedded({
      emulator: { users: 120 },
      policy: { tenantRoles: 'all', include: everything },
    });
    plain.emulator.state.putPermission(tooLong);
    const without = await synced(plain, join(folder, 'without.json'));
    expect(found.length).toBeGreaterThan(60);
    expect(new Set(found.map(({ rule }) => rule)).size).toBeGreaterThan(12);
    expect(counts.resources['finding']).toBe(found.length);
    expect(new Map(rows.map(({ id, profile }) => [id?.resource, [profile?.['rule'], profile?.['severity']]]))).toEqual(
      new Map(found.map(({ fingerprint, rule, severity }) => [fingerprint, [rule, severity]])),
    );
    expect(cut.textsCut).toBe(1);
    expect({ requests, cut }).toEqual({ requests: without.requests, cut: without.cut });
  });

  it('point at the account of a user, else at a resource that the sync lists, else at the project by its id', async () => {
    // a conflict is no resource
    const conflicts = [{ id: 'two-hands', first: { permissions: ['no such one'] }, second: { roles: ['Viewer'] } }];
    await using embedded = await judged({ rules: policySchema.parse({ version: 1, conflicts }) });
    const { remote, emulator } = embedded;
    const rows = await allResources(remote, 'finding', { syncId: 'one' });
    const listed = new Set<string>();
    for (const typeId of ['user', 'tenant', 'role', 'permission', 'role_binding', ...everything, 'access_key_secret']) {
      for (const { id } of await allResources(remote, typeId, { syncId: 'one' })) {
        listed.add(`${id?.resourceType} ${id?.resource}`);
      }
    }
    const kinds = new Set<string>();
    for (const row of rows) {
      const { issue, target } = insightOf(row);
      kinds.add(`${target.case}`);
      expect(issue.value).toBe(row.profile?.['title']);
      expect(issue.severity).toBe(row.profile?.['severity']);
      if (target.case === 'appUser') {
        expect(listed).toContain(`user ${target.value.externalId}`);
        expect(target.value.externalId).toBe(row.profile?.['subject_id']);
        expect(target.value.email).toMatch(/^\S+@\S+$/);
      } else if (target.case === 'resourceId') {
        const pointed = `${target.value.resourceType} ${target.value.resource}`;
        expect(listed).toContain(pointed);
        expect(waysTo(row).find((way) => listed.has(way)) ?? pointed).toBe(pointed);
      } else {
        expect(waysTo(row).filter((way) => listed.has(way))).toEqual([]);
        expect(target).toMatchObject({ case: 'externalResource', value: { externalId: emulator.projectId } });
      }
    }
    expect([...kinds].toSorted()).toEqual(['appUser', 'externalResource', 'resourceId']);
  });

  it('are gone when they are mended, and the others are the same', async () => {
    await using embedded = await judged({ include: [] });
    const { remote, emulator } = embedded;
    const before = await allResources(remote, 'finding', { syncId: 'before' });
    const shut = before.find(({ profile }) => profile?.['rule'] === 'never-verified');
    const id = textOf(shut, 'subject_id');
    emulator.state.updateUser(id, { verifiedEmail: true });
    const after = await allResources(remote, 'finding', { syncId: 'after' });

    expect(idsOf(after)).toEqual(idsOf(before).filter((one) => one !== shut?.id?.resource));
  });

  it('come in pages that another process goes on from, grant nothing, and are got one by one', async () => {
    await using one = await judged({ include: [] });
    await using other = await judged({ include: [] });
    const whole = idsOf(await allResources(one.remote, 'finding'));
    const first = await listResources(one.remote, 'finding', { pageSize: 7 });
    const goOn = async (pageToken: string) =>
      await listResources(other.remote, 'finding', { pageToken, syncId: 'other', pageSize: 30 });
    const rest = (await allPages(goOn, first.nextPageToken)).flat();
    const [id = ''] = whole;

    expect(first.list).toHaveLength(7);
    expect([...idsOf(first.list), ...idsOf(rest)]).toEqual(whole);
    expect((await getResource(one.remote, 'finding', id)).id?.resource).toBe(id);
    await expect(getResource(one.remote, 'finding', 'none')).rejects.toMatchObject({ kind: 'not-found' });
    expect((await listGrants(one.remote, 'finding', id)).list).toEqual([]);
  });

  it('say nothing by rules of which the data was not read', async () => {
    await using embedded = await judged({ include: [] });
    const rules = (await allResources(embedded.remote, 'finding')).map((row) => textOf(row, 'rule'));

    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter((rule) => /^(?:key|app|scim|consent|certificate|dormant)-/.test(rule))).toEqual([]);
  });

  it('follow a policy, and leave out what somebody accepted', async () => {
    const path = join(folder, 'policy.json');
    await using plain = await judged({ include: [] });
    const [accepted] = await allResources(plain.remote, 'finding');
    const rules = policySchema.parse({
      version: 1,
      rules: { 'never-verified': 'low', 'privileged-role': 'off' },
      waivers: [
        { fingerprint: accepted?.id?.resource, reason: 'looked at', owner: 'ada@acme.example', until: '2999-12-31' },
      ],
    });
    await using embedded = await judged({ include: [], rules });
    await synced(embedded, path);
    const rows = await allResources(embedded.remote, 'finding');
    const found = await checked(path, rules);

    expect(found.filter(({ waiver }) => waiver !== undefined)).toHaveLength(1);
    expect(idsOf(rows)).toEqual(
      found
        .filter(({ waiver }) => waiver === undefined)
        .map(({ fingerprint }) => fingerprint)
        .toSorted(),
    );
    expect(rows.some(({ profile }) => profile?.['rule'] === 'privileged-role')).toBe(false);
  });

  it.each(['audit', 'history'] as const)('know of last logins from the %s, as check does', async (lastLogin) => {
    const path = join(folder, `${lastLogin}.json`);
    await using embedded = await judged({
      policy: { tenantRoles: 'all', include: ['finding'], lastLogin },
      rules: policySchema.parse({ version: 1, rules: { 'dormant-user': { days: 1 } } }),
    });
    await synced(embedded, path);
    const found = await checked(path, policySchema.parse({ version: 1, rules: { 'dormant-user': { days: 1 } } }));
    const rows = await allResources(embedded.remote, 'finding');
    const details = new Map(rows.map((row) => [row.id?.resource, textOf(row, 'detail')]));

    expect(found.filter(({ rule }) => rule === 'dormant-user').length).toBeGreaterThan(5);
    expect(details).toEqual(new Map(found.map(({ fingerprint, detail }) => [fingerprint, detail])));
  });

  it.each(['.c1z', '.ndjson', '.db'])('are in a %s as well', async (extension) => {
    const path = join(folder, `as-well${extension}`);
    await using embedded = await judged({ include: [] });
    const { counts } = await synced(embedded, path);
    await using index = path.endsWith('.db') ? await newestIn(path) : await createFileIndex(path);
    const rows = index.database.prepare("select id, profile ->> 'rule' rule from other where type = 'finding'").all();
    const found = [...checkByPolicy(index, { policy: noPolicy, nowMs: Date.now() }).findings()];

    expect(counts.resources['finding']).toBe(found.length);
    expect(new Map(rows.map(({ id, rule }) => [id, rule]))).toEqual(
      new Map(found.map(({ fingerprint, rule }) => [fingerprint, rule])),
    );
  });

  it('have a sheet of their own in a spreadsheet, the worst first, and none among keys and apps', async () => {
    const path = join(folder, 'sheet.json');
    await using embedded = await judged({ include: [] });
    await synced(embedded, path);
    await using index = await createFileIndex(path);
    await writeDerived(index, join(folder, 'sheet.xlsx'));
    const sheets = await readXlsx(join(folder, 'sheet.xlsx'));
    const rows = sheets.find(({ sheet }) => sheet === 'Findings')?.data.slice(1) ?? [];
    const found = await checked(path);

    expect(sheets.map(({ sheet }) => sheet)).not.toContain('Keys, apps, console');
    expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(found.map(({ fingerprint }) => fingerprint)));
    expect(rows.map(([severity]) => severity)).toEqual(found.map(({ severity }) => severity));
    expect(new Map(rows.map((row) => [row.at(-1), row[3]]))).toEqual(
      new Map(found.map(({ fingerprint, subject }) => [fingerprint, subject.name || subject.id])),
    );
  });

  it('fail the sync where they cannot be made, and leave no file', async () => {
    const path = join(folder, 'none.json');
    await using embedded = await startEmbedded({
      emulator: { users: 20 },
      policy: { tenantRoles: 'all', include: ['finding'] },
      judge: createJudge({
        work: {
          makeFolder: () => Promise.reject(new ConnectorError('local-io', 'no room here')),
          fullRemedy: 'make room',
        },
      }),
    });

    await expect(synced(embedded, path)).rejects.toMatchObject({ kind: 'local-io', message: 'no room here' });
    expect((await readdir(folder)).filter((name) => name.includes('none'))).toEqual([]);
  });

  it('are made on a second try where Descope failed at the first one', async () => {
    let failures = 2;
    const flaky = (project: ProjectRead): ProjectRead => ({
      ...project,
      readOfTenant: async (...asked) => {
        if (failures-- > 0) {
          throw new ConnectorError('unavailable', 'not now');
        }
        return await project.readOfTenant(...asked);
      },
    });
    await using sound = await judged({ include: ['sso_configuration'] });
    await using embedded = await judged({ include: ['sso_configuration'], wrap: flaky });
    const ask = async (): Promise<string[]> => idsOf(await allResources(embedded.connector, 'finding'));

    await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await ask()).toEqual(idsOf(await allResources(sound.connector, 'finding')));
  });

  it('leave nothing in the folder for temporary files when their sync ends', async () => {
    await using embedded = await judged({ include: [] });
    await allResources(embedded.remote, 'finding', { syncId: 'ended' });
    const during = await readdir(folder);
    await embedded.remote.cleanup(cleanupRequest('ended'));

    expect(during.filter((name) => name.includes('baton-descope'))).not.toEqual([]);
    await expect.poll(async () => (await readdir(folder)).filter((name) => name.includes('baton-descope'))).toEqual([]);
  });
});
