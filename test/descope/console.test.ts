import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { consoleAdminList } from '../../src/descope/console-admins.ts';
import { managementKeyList } from '../../src/descope/management-keys.ts';
import { projectList } from '../../src/descope/projects.ts';
import { tenantList } from '../../src/descope/tenants.ts';
import { decodeWholeList } from '../../src/descope/whole-list.ts';
import { Secret } from '../../src/secret.ts';
import { useNock } from '../support/nock.ts';
import { failureOf, host, key, projectId, testClient } from './support.ts';

useNock();

const canary = 'canary-5b1e';
const companyKey = 'key-of-the-company';

describe('what the company tells', () => {
  it('is a project with its tags', () => {
    const project = { id: 'P1', name: 'Shop', tag: 'old', environment: 'production', tags: ['eu', ''], key: canary };

    expect(projectList.decode(project)).toEqual({ id: 'P1', name: 'Shop', environment: 'production', tags: ['eu'] });
  });

  it.each(['loginIDs', 'loginIds'])('is an administrator, however login ids are spelled: %s', (spelling) => {
    const admin = consoleAdminList.decode({
      id: 'D1',
      attributes: { displayName: 'Ann', email: 'ann@example.com', phone: '1', token: canary },
      rbac: {
        isCompanyAdmin: false,
        projects: [{ projectIds: ['P1'], role: 'admin' }],
        tags: [{ tags: ['eu'], role: 'auditor' }, { tags: ['us'] }],
      },
      status: 'enabled',
      [spelling]: ['ann@example.com'],
      refreshToken: canary,
    });

    expect(admin).toEqual({
      id: 'D1',
      name: 'Ann',
      email: 'ann@example.com',
      loginIds: ['ann@example.com'],
      status: 'enabled',
      isCompanyAdmin: false,
      roles: {
        inProjects: [{ projectIds: ['P1'], roles: ['admin'] }],
        byTags: [
          { tags: ['eu'], roles: ['auditor'] },
          { tags: ['us'], roles: [] },
        ],
      },
    });
  });

  it('is a management key without any secret of it', () => {
    const decoded = managementKeyList.decode({
      id: 'K1',
      name: 'CI',
      description: 'builds',
      status: 'active',
      createdTime: '1700000000',
      expireTime: 0,
      permittedIps: ['192.0.2.1'],
      reBac: {
        companyRoles: ['company-full-access'],
        projectRoles: [{ projectIds: ['P1'], roles: ['read-only'], secret: canary }],
        tagRoles: null,
      },
      version: 1,
      authzVersion: 1,
      cleartext: canary,
    });

    expect(decoded).toEqual({
      id: 'K1',
      name: 'CI',
      description: 'builds',
      status: 'active',
      createdTime: 1_700_000_000,
      expireTime: undefined,
      permittedIps: ['192.0.2.1'],
      companyRoles: ['company-full-access'],
      roles: { inProjects: [{ projectIds: ['P1'], roles: ['read-only'] }], byTags: [] },
    });
  });

  it.each([
    ['without an id', projectList, { projects: [{ name: canary }] }],
    ['twice', consoleAdminList, { descopers: [{ id: 'D1' }, { id: 'D1' }] }],
    ['with roles that are no list', managementKeyList, { keys: [{ id: 'K1', reBac: { projectRoles: canary } }] }],
    ['without its list', managementKeyList, {}],
  ])('is never left out where something comes %s, and the fault repeats no value', (_what, list, answer) => {
    expect(() => decodeWholeList<unknown>(list, answer)).toThrow(
      expect.objectContaining({ kind: 'upstream-contract', message: expect.not.stringContaining(canary) as string }),
    );
  });
});

const lists = [
  ['POST', projectList],
  ['POST', consoleAdminList],
  ['GET', managementKeyList],
] as const;

describe('a call about the company', () => {
  it.each(lists)('carries the key of the company, and no other call does: %s $what', async (method, list) => {
    const sent: unknown[] = [];
    const answer = function (this: nock.ReplyFnContext): nock.ReplyFnResult {
      sent.push(this.req.headers['authorization']);
      return [200, { [list.key]: [], tenants: [] }];
    };
    nock(host).intercept(list.endpoint.path, method).reply(answer);
    nock(host).get(tenantList.endpoint.path).reply(answer);
    const client = testClient({ companyKey: () => new Secret(companyKey) });

    await client.readList<unknown>(list);
    await client.readList(tenantList);

    expect(sent).toEqual([`Bearer ${projectId}:${companyKey}`, `Bearer ${projectId}:${key}`]);
  });

  it('carries the usual key where there is no other', async () => {
    nock(host, { reqheaders: { authorization: `Bearer ${projectId}:${key}` } })
      .post(projectList.endpoint.path, {})
      .reply(200, { projects: [] });

    expect(await testClient().readList(projectList)).toEqual([]);
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
  ])('that is answered %i says which key it needs, and shows none', async (status, kind) => {
    nock(host).get(managementKeyList.endpoint.path).reply(status, { errorDescription: companyKey });

    const failure = await failureOf(
      testClient({ companyKey: () => new Secret(companyKey) }).readList(managementKeyList),
    );

    expect(failure).toMatchObject({ kind });
    expect(failure.message).toContain('DESCOPE_COMPANY_MANAGEMENT_KEY');
    expect(failure.message).toContain(managementKeyList.endpoint.path);
    expect(failure.message).not.toContain(companyKey);
  });

  it('is the only one whose refusal says so', async () => {
    nock(host).get(tenantList.endpoint.path).reply(403);

    expect((await failureOf(testClient().readList(tenantList))).message).not.toContain('COMPANY');
  });
});
