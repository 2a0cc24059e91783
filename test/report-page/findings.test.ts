import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { findingBlockSize } from '../../src/answers/report-format.ts';
import type { JudgedFinding } from '../../src/answers/report-findings.ts';
import type { ReportFinding, ReportRule } from '../../src/answers/report-things.ts';
import { judgementOf } from '../../src/checks/judgement.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { policySchema } from '../../src/checks/policy/schema.ts';
import { decodeProject } from '../../src/report-page/data/decode.ts';
import { countOf, findingsOf, touchingThing, touchingUser } from '../../src/report-page/data/findings.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { offices, person } from '../support/check-world.ts';
import { held, resource, writeByHand } from '../support/edge-files.ts';
import { dataOfSource, inflated, projectOf, sourceOf, userRow } from '../support/reports.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-findings-'));
  path = join(folder, 'sync.json');
  await writeByHand(path, {
    ...offices(
      [
        person('U1', { status: 'disabled' }),
        person('U2', { verified_email: false }),
        person('U3', { test: true }),
        resource('access_key', 'K1', 'CI', { profile: { status: 'active', expires_at: '' } }),
      ],
      [
        held('role_binding:acme/Chief', 'user:U1'),
        held('role:Reader', 'user:U2'),
        held('tenant:acme', 'user:U3'),
        held('role:Chief', 'access_key:K1'),
      ],
    ),
    types: ['access_key'],
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const policy = policySchema.parse({
  version: 1,
  rules: { 'never-verified': 'critical', 'role-nobody-holds': 'off' },
  conflicts: [{ id: 'both', first: { permissions: ['admin.all'] }, second: { roles: ['Chief'] } }],
  waivers: [
    {
      rule: 'disabled-user-access',
      subject: { type: 'user', id: 'U1' },
      reason: 'on leave',
      owner: 'hr@acme.example',
      until: '2027-01-31',
    },
    { rule: 'never-verified', subject: { type: 'user', id: 'U9' }, reason: 'x', owner: 'y', until: '2026-01-31' },
  ],
});

/** Every finding of a page, as `check` tells it. */
function told(project: Project): unknown[] {
  return findingsOf(project).flatMap(({ id, severity, rows }) =>
    rows.map(([subject, place, detail, waiver]: ReportFinding) => {
      const [type, of] = typeof subject === 'number' ? ['user', project.users.id.at(subject)] : subject;
      return [id, severity, type, of, project.tenants[place]?.id, detail, waiver];
    }),
  );
}

async function checked(): Promise<unknown[]> {
  await using index = await createFileIndex(path);
  return Array.from(
    checkByPolicy(index, { policy, nowMs: 0 }).findings(),
    ({ rule, severity, subject, where, detail, waiver }) => [
      rule,
      severity,
      subject.type,
      subject.id,
      where?.tenantId,
      detail,
      waiver,
    ],
  );
}

const inOrder = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

describe('the findings of the page', () => {
  it('are those of check with the same policy, each with its severity, place, detail and waiver', async () => {
    const expected = inOrder(await checked());

    expect(inOrder(told(await projectOf(path, undefined, policy)))).toEqual(expected);
    expect(expected.filter((row) => row.includes('"user"'))).not.toEqual([]);
    expect(expected.filter((row) => row.includes('"access_key"'))).not.toEqual([]);
    expect(expected.filter((row) => row.includes('hr@acme.example'))).toHaveLength(1);
  });

  it('are counted without those that somebody accepted, which come last and are shown with owner and end', async () => {
    const findings = findingsOf(await projectOf(path, undefined, policy));
    const rule = findings.find(({ id }) => id === 'disabled-user-access');

    expect(rule).toMatchObject({
      counted: 0,
      rows: [[0, -1, expect.any(String), { owner: 'hr@acme.example', until: '2027-01-31' }]],
    });
    expect(countOf(findings, 'disabled-user-access')).toBe(0);
    expect(countOf(findings, 'waiver-expired')).toBe(1);
  });

  it('have the rules that were not evaluated, with the reason, and not those that are off', async () => {
    const findings = findingsOf(await projectOf(path, undefined, policy));

    expect(findings.find(({ id }) => id === 'certificate-expired')?.notEvaluated).toContain('--include');
    expect(countOf(findings, 'certificate-expired')).toBeUndefined();
    expect(countOf(findings, 'role-nobody-holds')).toBeUndefined();
    expect(findings.some(({ id }) => id === 'role-nobody-holds')).toBe(false);
  });

  it('come by severity, then rules with waived findings only, then those that found nothing, then those not evaluated', async () => {
    const findings = findingsOf(await projectOf(path, undefined, policy));
    const kinds = findings.map(({ notEvaluated, counted, rows }) =>
      notEvaluated !== undefined ? 'untold' : counted > 0 ? 'found' : rows.length > 0 ? 'waived' : 'nothing',
    );

    expect(findings[0]?.id).toBe('never-verified');
    expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual(['found', 'waived', 'nothing', 'untold']);
  });

  it('are found by the person or the key that they are about', async () => {
    const project = await projectOf(path, undefined, policy);
    const findings = findingsOf(project);
    const ids = (some: readonly ReportRule[]): string[] => some.map(({ id }) => id);

    expect(ids(touchingUser(findings, 2))).toContain('test-user-access');
    expect(ids(touchingUser(findings, 2))).not.toContain('never-verified');
    expect(ids(touchingThing(findings, 'access_key', 'K1'))).toContain('key-privileged');
    expect(touchingThing(findings, 'role', 'K1')).toEqual([]);
  });

  it('leave keys out where people alone are asked for, and say so of rules about keys', async () => {
    await using index = await createFileIndex(path);
    const { rules, findings } = judgementOf(checkByPolicy(index, { policy, nowMs: 0 }), { isHumansOnly: true });

    expect([...findings].filter(({ subject }) => subject.type === 'access_key')).toEqual([]);
    expect(rules.find(({ id }) => id === 'key-privileged')?.notEvaluated).toContain('--humans-only');
    expect(rules.find(({ id }) => id === 'never-verified')?.notEvaluated).toBeUndefined();
  });

  it('are all there where they are more than one block holds, and subjects that are gone are named by id', async () => {
    const rule: ReportRule = { id: 'r', severity: 'low', title: 'R', why: '', fix: '', controls: [] };
    const findings = Array.from({ length: findingBlockSize + 1 }, (_, at): JudgedFinding => ({
      rule: 'r',
      subject: { type: 'user', id: at === 0 ? 'ann' : `gone${at}`, name: '' },
      detail: `d${at}`,
    }));
    const data = await dataOfSource(sourceOf([userRow('ann')]), { judgement: { rules: [rule], findings } });
    const [found] = findingsOf(decodeProject(inflated(data)));

    expect(found?.rows).toHaveLength(findingBlockSize + 1);
    expect(found?.rows[0]).toEqual([0, -1, 'd0']);
    expect(found?.rows.at(-1)).toEqual([['user', `gone${findingBlockSize}`, ''], -1, `d${findingBlockSize}`]);
  });

  it('are unknown, not none, on a page that was made without rules', async () => {
    const project = decodeProject(inflated(await dataOfSource(sourceOf([userRow('ann')]))));

    expect(project.rules).toBeUndefined();
    expect(findingsOf(project)).toEqual([]);
  });
});
