import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { groupsCall, type TenantGroups } from '../../src/descope/groups.ts';
import { endpointLabel } from '../../src/descope/http/endpoint.ts';
import { defaultSsoSettingsCall, ssoSettingsCall } from '../../src/descope/sso.ts';
import type { TenantCall } from '../../src/descope/tenant-call.ts';
import { tenantSettingsCall } from '../../src/descope/tenant-settings.ts';
import { IdTable } from '../../src/descope/users/id-table.ts';
import { xaaSettingsCall } from '../../src/descope/xaa.ts';
import { heldBytes } from '../support/memory.ts';
import { useNock } from '../support/nock.ts';
import { failureOf, host, testClient } from './support.ts';

useNock();

interface Call {
  readonly call: TenantCall<unknown>;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly answer: string;
}

const calls: readonly Call[] = [
  { call: ssoSettingsCall, query: { tenantId: 'T1' }, answer: '{"SSOSettings":[]}' },
  { call: defaultSsoSettingsCall, query: { tenantId: 'T1' }, answer: '{"saml":{},"oidc":{}}' },
  { call: tenantSettingsCall, query: { id: 'T1' }, answer: '{"enabled":true}' },
  { call: xaaSettingsCall, query: { tenantId: 'T1' }, answer: '{"XAASettings":[]}' },
  { call: groupsCall(new IdTable()), query: {}, body: { tenantId: 'T1' }, answer: '[]' },
];
const named = calls.map((row) => Object.assign({ label: endpointLabel(row.call.endpoint) }, row));

function answering({ call: { endpoint }, query, body }: Call, status: number, answer: string, times = 1): void {
  const at = nock(host);
  const interceptor =
    endpoint.method === 'GET'
      ? at.get(endpoint.path).query(query)
      : at.post(endpoint.path, body as nock.DataMatcherMap);
  interceptor.times(times).reply(status, answer, { 'content-type': 'application/json' });
}

async function read(call: TenantCall<unknown>): Promise<unknown> {
  return await testClient().readOfTenant(call, 'T1');
}

async function decoded<Answer>(call: TenantCall<Answer>, json: unknown): Promise<Answer> {
  const at = nock(host);
  const { method, path } = call.endpoint;
  (method === 'GET' ? at.get(path).query(true) : at.post(path)).reply(200, JSON.stringify(json));
  const answer = await testClient().readOfTenant(call, 'T1');
  if ('refusal' in answer) {
    throw answer.refusal;
  }
  return answer.answer;
}

describe.each(named)('$label', (row) => {
  const { call, label, answer } = row;

  it('is asked for one tenant', async () => {
    answering(row, 200, answer);

    expect(await read(call)).toHaveProperty('answer');
  });

  it.each([404, 400])('tells a refusal with %i apart from an answer and from a failure', async (status) => {
    answering(row, status, '{"errorCode":"E112202"}');

    expect(await read(call)).toMatchObject({ refusal: { facts: { status, code: 'E112202' } } });
  });

  it('fails, and names the call, where the key may not make it', async () => {
    answering(row, 403, '{}');

    expect(await failureOf(read(call))).toMatchObject({ kind: 'forbidden', message: expect.stringContaining(label) });
  });

  it('is asked again while Descope does not answer properly', async () => {
    answering(row, 503, 'busy', 2);
    answering(row, 200, answer);

    expect(await read(call)).toHaveProperty('answer');
  });

  it('fails where Descope never answers properly', async () => {
    answering(row, 500, '<html>', 5);

    expect(await failureOf(read(call))).toMatchObject({ kind: 'unavailable' });
  });

  it('is asked again where the body is cut, and fails where it always is', async () => {
    answering(row, 200, answer.slice(0, -1), 3);

    expect(await failureOf(read(call))).toMatchObject({ kind: 'upstream-contract' });
  });

  it.each(['{}', '"text"', '7', 'null', '{"errorCode":"E011001"}', '[[]]', '[{}]', '[7]'])(
    'fails where the answer has another shape: %s',
    async (body) => {
      answering(row, 200, body);

      expect(await failureOf(read(call))).toMatchObject({
        kind: 'upstream-contract',
        message: expect.stringContaining(label),
      });
    },
  );
});

/** In a function of its own: the texts that it is made of are gone when it is there. */
function everybody(): Buffer {
  const members = Array.from({ length: 200_000 }, (_, place) => {
    const userId = `U2${place.toString(36).padStart(26, '0')}`;
    return `{"loginId":"person.${place}@example.com","userId":"${userId}","display":"Person ${place}"}`;
  });
  return Buffer.from(`[{"id":"g","display":"Everybody","members":[${members.join(',')}]}]`);
}

describe('SSO settings', () => {
  const configuration = {
    tenant: { id: 'T1' },
    ssoId: 'other',
    saml: {
      idpEntityId: 'E',
      idpSSOUrl: 'https://idp.example',
      idpCertificate: 'cert',
      idpAdditionalCertificates: ['cert', ''],
      groupsMapping: [
        { groups: ['A', '', 'A'], role: { id: 'R1', name: 'Editor' } },
        { groups: null, role: null },
      ],
      groupsPriority: ['A'],
      defaultSSORoles: ['Viewer'],
      fgaMappings: { A: { relations: [] } },
      lastSuccessTestTime: '1700000000',
      spEncryptionKey: 'canary-key',
      spSignKey: 'canary-key',
    },
    oidc: { clientSecret: 'canary-secret', roleMappings: [{ groups: ['B'], roleName: 'Viewer' }] },
    scimToken: 'canary-token',
  };

  it('are read with what they hand out, and without anything secret', async () => {
    const [read1] = await decoded(ssoSettingsCall, { SSOSettings: [configuration] });

    expect(read1).toMatchObject({
      ssoId: 'other',
      saml: {
        isSet: true,
        certificates: [{ isUnparseable: true }, { isUnparseable: true }],
        groupMappings: [
          { groups: ['A'], roleId: 'R1', roleName: 'Editor' },
          { groups: [], roleId: '', roleName: '' },
        ],
        groupsPriority: ['A'],
        defaultRoles: ['Viewer'],
        fgaMappings: 1,
        lastSuccessTestTime: 1_700_000_000,
      },
      oidc: { isSet: false, groupMappings: [{ groups: ['B'], roleId: '', roleName: 'Viewer' }] },
    });
    expect(JSON.stringify(read1)).not.toContain('canary');
  });

  it('are told without a user and a password in the address of an identity provider', async () => {
    const saml = { idpMetadataUrl: 'https://user:canary-pass@idp.example/meta?app=1' };
    const oidc = { issuer: 'https://canary-user@idp.example/' };

    const [read1] = await decoded(ssoSettingsCall, { SSOSettings: [{ ...configuration, saml, oidc }] });

    expect(read1).toMatchObject({
      saml: { metadataUrl: 'https://idp.example/meta?app=1' },
      oidc: { issuer: 'https://idp.example/' },
    });
  });

  it('are those of the default configuration where none is named', async () => {
    expect(await decoded(defaultSsoSettingsCall, { saml: null, oidc: null })).toMatchObject([
      { ssoId: 'default_ssoid' },
    ]);
  });

  it.each([
    ['two configurations of one id', { SSOSettings: [{}, { ssoId: 'default_ssoid' }] }, /listed twice/],
    ['a block that is no object', { SSOSettings: [{ ssoId: 'x', saml: [] }] }, /SSO configuration "x".*"saml"/],
    ['groups that are no list', { SSOSettings: [{ saml: { groupsMapping: [{ groups: 'A' }] } }] }, /"groups"/],
    ['a role that is a text', { SSOSettings: [{ saml: { groupsMapping: [{ role: 'Editor' }] } }] }, /"role"/],
    ['a group with a broken character', { SSOSettings: [{ oidc: { groupsPriority: ['\uD800'] } }] }, /lone surrogate/],
    [
      'certificates that are no texts',
      { SSOSettings: [{ saml: { idpAdditionalCertificates: [1] } }] },
      /list of strings/,
    ],
  ])('fail with %s', async (_what, json, message) => {
    await expect(decoded(ssoSettingsCall, json)).rejects.toMatchObject({
      kind: 'upstream-contract',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('groups', () => {
  const members = ({ groups, ids }: TenantGroups): unknown =>
    groups.map((group) => [group.id, Array.from(group.members, (member) => ids.at(member)), group.namelessMembers]);

  const rows = [
    {
      id: 'g1',
      display: 'One',
      source: 'scim',
      ssoId: 's',
      members: [{ userId: 'U2' }, { userId: 'U1' }, { loginID: 'x' }],
    },
    { id: 'g1', display: '"members":[{}', members: [{ userId: 'U1' }, { userId: 'U1' }] },
    { id: 'g2', members: [] },
    { id: 'g3', members: null },
    { id: 'g4' },
  ];
  const expected = [
    ['g1', ['U1', 'U2'], 1],
    ['g1', ['U1'], 0],
    ['g2', [], 0],
    ['g3', [], 0],
    ['g4', [], 0],
  ];

  it.each([
    ['a bare list', rows],
    ['a list in an object', { total: 5, others: [{ members: [{ userId: 'U9' }] }], groups: rows }],
  ])('are read from %s, each member once and in order', async (_form, json) => {
    expect(members(await decoded(groupsCall(new IdTable()), json))).toEqual(expected);
  });

  it('tell where they come from, and of which configuration they are', async () => {
    const { groups } = await decoded(groupsCall(new IdTable()), rows);

    expect(groups.map(({ ssoId, source, display }) => [ssoId, source, display]).slice(0, 2)).toEqual([
      ['s', 'scim', 'One'],
      ['default_ssoid', '', '"members":[{}'],
    ]);
  });

  it.each([
    ['a group without an id', [{ display: 'x' }], /"id" is missing/],
    ['a group that is there twice', [{ id: 'g' }, { id: 'g', ssoId: 'default_ssoid' }], /listed twice/],
    ['members that are no list', [{ id: 'g', members: {} }], /"members" is not a list/],
    ['a member that is no object', [{ id: 'g', members: ['U1'] }], /groups\[0\]\.members\[0\]/],
    ['a member whose user id is a number', [{ id: 'g', members: [{}, { userId: 1 }] }], /groups\[0\]\.members\[1\]/],
  ])('fail with %s', async (_what, json, message) => {
    await expect(decoded(groupsCall(new IdTable()), json)).rejects.toMatchObject({
      kind: 'upstream-contract',
      message: expect.stringMatching(message) as string,
    });
  });

  it('of 200,000 members take the memory of their ids, not of their answer', () => {
    const body = everybody();
    const before = heldBytes();

    const { groups, ids } = groupsCall(new IdTable()).parse(body);

    expect(body.length).toBeGreaterThan(15_000_000);
    expect(heldBytes() - before).toBeLessThan(16_000_000);
    expect([groups[0]?.members.length, ids.size]).toEqual([200_000, 200_000]);
  });

  it('with two lists of members in one are a fault, never half of them', () => {
    const body = Buffer.from('[{"id":"g","members":[{"userId":"U1"}],"members":[]}]');

    expect(() => groupsCall(new IdTable()).parse(body)).toThrow(/there twice/);
  });

  it.each([
    '[{"id":"g","members":[{"userId":"U1"},]}]',
    '[{"id":"g","members":[{"userId":"U1"}',
    '[{"id":"g","members":[}]',
  ])('are read as a whole or not at all: %s', (text) => {
    expect(() => groupsCall(new IdTable()).parse(Buffer.from(text))).toThrow(SyntaxError);
  });
});
