import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { type Policy, policySchema } from '../../src/checks/policy/schema.ts';
import { SecurityInsightTraitSchema } from '../../src/gen/c1/connector/v2/annotation_security_insight_pb.ts';
import { createJudge } from '../../src/insights/judge.ts';
import type { Resource } from '../../src/model/messages.ts';
import { cleanupRequest } from '../../src/model/walk-requests.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { folderIn } from '../../src/output/work-places.ts';
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

async function synced({ connector }: Pick<Embedded, 'connector'>, path: string) {
  return await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: await chooseOutput(path)({ syncId: newSyncId() }),
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

describe('findings of a sync', () => {
  it('are what check finds in its file, each by its fingerprint, and send no request more', async () => {
    const path = join(folder, 'same.json');
    await using embedded = await judged();
    const { counts, requests, cut } = await synced(embedded, path);
    const found = await checked(path);
    const rows = await allResources(embedded.remote, 'finding');

    await using plain = await startEmbedded({
      emulator: { users: 120 },
      policy: { tenantRoles: 'all', include: everything },
    });
    const without = await synced(plain, join(folder, 'without.json'));
    expect(found.length).toBeGreaterThan(60);
    expect(new Set(found.map(({ rule }) => rule)).size).toBeGreaterThan(12);
    expect(counts.resources['finding']).toBe(found.length);
    expect(new Map(rows.map(({ id, profile }) => [id?.resource, [profile?.['rule'], profile?.['severity']]]))).toEqual(
      new Map(found.map(({ fingerprint, rule, severity }) => [fingerprint, [rule, severity]])),
    );
    expect({ requests, cut }).toEqual({ requests: without.requests, cut: without.cut });
  });

  it('point at the account of a user, else at a resource that the sync lists, else at the project by its id', async () => {
    await using embedded = await judged();
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
        expect(listed).toContain(`${target.value.resourceType} ${target.value.resource}`);
      } else {
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

  it('leave nothing in the folder for temporary files when their sync ends', async () => {
    await using embedded = await judged({ include: [] });
    await allResources(embedded.remote, 'finding', { syncId: 'ended' });
    const during = await readdir(folder);
    await embedded.remote.cleanup(cleanupRequest('ended'));

    expect(during.filter((name) => name.includes('baton-descope'))).not.toEqual([]);
    await expect.poll(async () => (await readdir(folder)).filter((name) => name.includes('baton-descope'))).toEqual([]);
  });
});
