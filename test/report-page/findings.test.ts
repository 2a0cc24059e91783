import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeProject } from '../../src/report-page/data/decode.ts';
import type { Finding, FindingRow } from '../../src/report-page/data/finding.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { dataOfSource, findingsOf, inflated, projectOf, sourceOf, userRow } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'findings-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const verified = { verifiedEmail: true };

async function find(rows: Partial<Rows>): Promise<(id: string) => string[]> {
  const path = join(folder, 'sync.json');
  await writeSync(path, rows);
  const project = await projectOf(path);
  const findings = findingsOf(project);
  return (id) => found(findings, id).rows.map((row) => asWords(project, row));
}

function found(findings: readonly Finding[], id: string): Finding {
  const finding = findings.find((one) => one.id === id);
  if (finding === undefined) {
    throw new Error(`no finding ${id}`);
  }
  return finding;
}

function asWords(
  { users, roles, tenants, permissions }: Project,
  { user: at, role: held, place, permission: allowed, name }: FindingRow,
): string {
  return [
    at === undefined ? undefined : users.id.at(at),
    held === undefined ? undefined : roles[held]?.name,
    place === undefined || place === -1 ? undefined : tenants[place]?.id,
    allowed === undefined ? undefined : permissions[allowed]?.name,
    name,
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

describe('the findings', () => {
  it('name who holds a privileged role, and where, and who of them is disabled', async () => {
    const rowsOf = await find({
      users: [
        user('ann', { ...verified, roleNames: ['Tenant Admin'] }),
        user('bob', { ...verified, status: 'disabled', userTenants: [inTenant('acme', 'Tenant Admin', 'Viewer')] }),
        user('cleo', { ...verified, userTenants: [inTenant('acme', 'Chief')] }),
        user('dan', { ...verified, roleNames: ['Viewer'] }),
      ],
      tenants: [tenant('acme')],
      roles: [
        role('Tenant Admin'),
        role('Viewer', { permissionNames: ['read'] }),
        role('Chief', { tenantId: 'acme', permissionNames: ['Impersonate'] }),
      ],
      permissions: [permission('read'), permission('Impersonate', { systemDefault: true })],
    });

    expect(rowsOf('privileged').toSorted()).toEqual(['ann Tenant Admin', 'bob Tenant Admin acme', 'cleo Chief acme']);
    expect(rowsOf('privileged-disabled')).toEqual(['bob Tenant Admin acme']);
  });

  it('name disabled and expired people with access, test users with access, and people never verified', async () => {
    const rowsOf = await find({
      users: [
        user('gone', { ...verified, status: 'disabled', userTenants: [inTenant('acme')] }),
        user('late', { ...verified, status: 'expired', roleNames: ['Viewer'] }),
        user('empty', { ...verified, status: 'disabled' }),
        user('probe', { ...verified, test: true, roleNames: ['Viewer'] }),
        user('idle', { ...verified, test: true }),
        user('unknown', { email: 'x@acme.example' }),
        user('phone', { verifiedPhone: true }),
        user('shut', { status: 'disabled' }),
      ],
      tenants: [tenant('acme')],
      roles: [role('Viewer')],
    });

    expect(rowsOf('disabled')).toEqual(['gone', 'late']);
    expect(rowsOf('test')).toEqual(['probe']);
    expect(rowsOf('unverified')).toEqual(['unknown']);
  });

  it('name dangling and ambiguous references, roles nobody holds and permissions nobody can use', async () => {
    const rowsOf = await find({
      users: [user('ann', { ...verified, roleNames: ['Lost'], userTenants: [inTenant('acme', 'Both')] })],
      tenants: [tenant('acme')],
      roles: [
        role('Both', { permissionNames: ['far'] }),
        role('Both', { tenantId: 'acme', permissionNames: ['used'] }),
        role('Spare', { permissionNames: ['idle'] }),
      ],
      permissions: [permission('used'), permission('idle'), permission('far'), permission('free')],
    });

    expect(rowsOf('dangling')).toEqual(['ann Lost']);
    expect(rowsOf('ambiguous')).toEqual(['ann acme Both']);
    expect(rowsOf('unheld-roles').toSorted()).toEqual(['Both', 'Spare']);
    expect(rowsOf('unused-permissions').toSorted()).toEqual(['far', 'free', 'idle']);
  });

  it('say that a file without a summary does not tell what leads nowhere, instead of that nothing does', async () => {
    const findings = findingsOf(decodeProject(inflated(await dataOfSource(sourceOf([userRow('ann')])))));

    expect(found(findings, 'dangling')).toMatchObject({
      rows: [],
      isUntold: true,
      none: expect.stringContaining('does not tell'),
    });
    expect(found(findings, 'ambiguous')).toMatchObject({ isUntold: true });
  });

  it('name what is held inside disabled tenants', async () => {
    const rowsOf = await find({
      users: [user('ann', { userTenants: [inTenant('shut', 'Viewer'), inTenant('open', 'Viewer')] })],
      tenants: [tenant('shut', { disabled: true }), tenant('open')],
      roles: [role('Viewer')],
    });

    expect(rowsOf('disabled-tenants')).toEqual(['ann Viewer shut']);
  });

  it('name who may do far more in a tenant than others there, roles of the whole project included', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const rowsOf = await find({
      users: [
        ...Array.from({ length: 12 }, (_, at) => user(`u${at}`, { userTenants: [inTenant('acme', 'One')] })),
        user('much', { userTenants: [inTenant('acme', 'One', 'All')] }),
        user('wide', { roleNames: ['All'], userTenants: [inTenant('acme')] }),
        user('elsewhere', { userTenants: [inTenant('globex', 'All'), inTenant('acme', 'One')] }),
      ],
      tenants: [tenant('acme'), tenant('globex')],
      roles: [role('One', { permissionNames: ['a'] }), role('All', { permissionNames: names })],
      permissions: names.map((name) => permission(name)),
    });

    expect(rowsOf('unusual').toSorted()).toEqual(['much acme', 'wide acme']);
  });
});
