import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { EncryptedDataSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { type Bench, checkClean, type ProjectRecords, type Scenario, type UserRecord, withServer } from './bench.ts';
import type { Report } from './processes.ts';
import { readersOf, unsealBySdk } from './secrets.ts';

/** Users as the SDK's command line creates and deletes them. Each leaves the project as it found it. */
export const accountScenarios: readonly Scenario[] = [
  { name: 'an account is created, and deleted', run: createAndDelete },
  { name: 'an account is created with a random password', run: withPassword },
];

const ada = 'U2AdaLovelace000000000000000';
const dora = 'dora@interop.example';

interface CreateAnswer {
  readonly success?: { readonly resource: { readonly id: { readonly resource: string } } };
  readonly alreadyExists?: CreateAnswer['success'];
  readonly encryptedData?: readonly JsonValue[];
}

async function createAndDelete(bench: Bench): Promise<string> {
  const audit = bench.path('accounts-audit.jsonl');
  return withServer(bench, ['--provisioning', '--audit-log', audit], async ({ address }) => {
    const command = (...args: readonly string[]): Promise<Report> =>
      bench.client(['-address', address, '-c1z', bench.path('accounts.c1z'), ...args]);
    const create = (login: string, profile: object = {}): Promise<Report> =>
      command('-account-login', login, '-account-profile', JSON.stringify(profile), 'create-account');
    const remove = (id: string, type = 'user'): Promise<Report> =>
      command('-principal', id, '-principal-type', type, 'delete-resource');

    const before = await bench.project();
    checkClean(await create(dora, { display_name: 'Dora Doe', tenant_ids: ['acme'] }));
    const after = await bench.project();
    const key = onlyOf(changed(before, after));
    const made = after.get(key) as { readonly userId: string; readonly name: string } & UserRecord;
    equal(before.get(key), undefined, 'somebody who was there was changed');
    equal(made.name, 'Dora Doe');
    deepEqual(
      made.userTenants.map(({ tenantId }) => tenantId),
      ['acme'],
    );

    checkClean(await create(dora.toUpperCase(), { display_name: 'Somebody else', tenant_ids: ['initech'] }));
    checkClean(await create(loginOf(before, ada), { display_name: 'Somebody else' }));
    deepEqual(changed(after, await bench.project()), [], 'who was there already was changed');
    equal((await create(dora, { colour: 'red' })).code, 'InvalidArgument');

    for (const [type, id] of [
      ['tenant', 'acme'],
      ['role', 'Editor'],
    ] as const) {
      equal((await remove(id, type)).code, 'FailedPrecondition');
    }
    match((await remove(dora)).error ?? '', /FailedPrecondition.* is a login id of user /);
    deepEqual(changed(after, await bench.project()), [], 'what was refused changed something');
    checkClean(await remove(made.userId));
    deepEqual(changed(before, await bench.project()), [], 'a deletion changed more than its user');
    checkClean(await remove(made.userId));

    const outcomes = await outcomesOf(audit);
    const told = Object.entries(Object.groupBy(outcomes, (one) => one));
    deepEqual(Object.fromEntries(told.map(([outcome, lines = []]) => [outcome, lines.length])), {
      'create intended': 1,
      'create created': 1,
      'create already-exists': 2,
      'create refused': 1,
      'delete refused': 3,
      'delete intended': 1,
      'delete deleted': 1,
      'delete already-deleted': 1,
    });
    return `${before.size} records compared after each; ${outcomes.length} audit lines`;
  });
}

async function withPassword(bench: Bench): Promise<string> {
  const readers = await readersOf(bench);
  const audit = bench.path('password-audit.jsonl');
  return withServer(bench, ['--provisioning', '--audit-log', audit], async ({ address, stderr }) => {
    const call = async (method: string, request: object): Promise<CreateAnswer> => {
      const file = bench.path(`${method}.json`);
      await writeFile(file, JSON.stringify(request), { mode: 0o600 });
      const { error, answer } = await bench.client(['-address', address, '-method', method, '-input', file, 'call']);
      equal(error, undefined);
      return answer as CreateAnswer;
    };
    const request = (login: string): object => ({
      resourceTypeId: 'user',
      accountInfo: { login, emails: [{ address: login, isPrimary: true }] },
      credentialOptions: { randomPassword: { length: '24' } },
      encryptionConfigs: readers.map(({ config }) => config),
    });

    const before = await bench.project();
    const { success, encryptedData = [] } = await call('CreateAccount', request(dora));
    const id = success?.resource.id.resource ?? '';
    const created = await bench.project();
    deepEqual(changed(before, created), [`user ${id}`]);
    ok((created.get(`user ${id}`) as { readonly password: boolean }).password, 'the user has no password');
    equal(encryptedData.length, readers.length);
    const texts = await unsealBySdk(
      bench,
      readers.map((reader, at) => ({ reader, data: fromJson(EncryptedDataSchema, encryptedData[at] ?? null) })),
    );
    const [password = '', ...others] = [...new Set(texts)];
    deepEqual(others, [], 'the recipients were told different passwords');
    equal(password.length, 24);
    ok(!`${await readFile(audit, 'utf8')}${stderr()}`.includes(password), 'the password is written down');

    const again = await call('CreateAccount', request(loginOf(before, ada)));
    equal(again.alreadyExists?.resource.id.resource, ada);
    equal(again.encryptedData?.length ?? 0, 0, 'a password was told for somebody who was there already');
    deepEqual(changed(created, await bench.project()), [], 'who was there already was changed');
    await call('DeleteResourceV2', { resourceId: { resourceType: 'user', resource: id } });
    deepEqual(changed(before, await bench.project()), [], 'a deletion changed more than its user');
    return `one password, opened by ${readers.length} kinds of keys; none for who was there`;
  });
}

/** The records that one of two states of the project has, or has otherwise. */
function changed(before: ProjectRecords, after: ProjectRecords): readonly string[] {
  const text = (records: ProjectRecords, key: string): string => JSON.stringify(records.get(key)) ?? 'none';
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => text(before, key) !== text(after, key));
}

function loginOf(records: ProjectRecords, userId: string): string {
  const [login] = (records.get(`user ${userId}`) as { readonly loginIds: readonly string[] }).loginIds;
  ok(login !== undefined, `${userId} has no login id`);
  return login;
}

function onlyOf(keys: readonly string[]): string {
  const [key = '', ...others] = keys;
  deepEqual(others, [], 'more than one record was changed');
  return key;
}

async function outcomesOf(file: string): Promise<readonly string[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const { operation, outcome } = JSON.parse(line) as { readonly operation: string; readonly outcome: string };
    return `${operation} ${outcome}`;
  });
}
