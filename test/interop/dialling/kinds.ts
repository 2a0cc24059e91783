import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { JsonObject } from '@bufbuild/protobuf';
import type { SdkReader } from '../processes.ts';
import { changedBetween, fieldsOf, nameOf } from './changed.ts';
import type { Dialling, Run } from './dialling.ts';
import { answerOf } from './script.ts';
import { ada, task } from './tasks.ts';

// Tasks of every kind besides syncs, grants and revokes.

const noa = 'U0vK0kvyzTCCifmLKA5DqEWHcIqa';
const acmeCi = `K2${'1'.padStart(26, 'SampleKey')}`;
/** Both projects show the same time, so that what is told of it can be compared. */
const startedAt = Date.now();
const sameClock = { now: () => startedAt };

const named = (name: string, kind: string, value: JsonObject, how: Parameters<typeof task>[2] = {}) =>
  task(kind, value, { ...how, name });

const configsOf = (recipients: readonly SdkReader[]): JsonObject[] =>
  recipients.map(({ config }) => config as JsonObject);

/** The records that differ afterwards, by name. */
const changed = ({ before, project }: Run): readonly string[] =>
  changedBetween(before, project).map(({ name }) => name);

const idIn = (answer: unknown, ...way: readonly string[]): string => {
  const id = way.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], answer);
  return typeof id === 'string' ? id : '';
};

/** The secret in each of these answers, which is the same for all recipients and stands in no log. */
async function secretsFor(run: Run, ...tasks: readonly string[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const name of tasks) {
    const [secret = '', ...others] = new Set(await run.unsealed(run.answerTo(name)));
    ok(secret !== '' && others.length === 0, `${name}: one secret for all recipients`);
    ok(!run.log.includes(secret), `${name}: the secret stands in the log`);
    all.push(secret);
  }
  return all;
}

const statusesOf = ({ answerTo }: Run, ...tasks: readonly string[]): readonly unknown[] =>
  tasks.map((name) => answerTo(name)['status']);

const account = (name: string, login: string, options: JsonObject = {}): ReturnType<typeof task> =>
  named(name, 'createAccount', {
    resourceTypeId: 'user',
    accountInfo: {
      login,
      emails: [{ address: login, isPrimary: true }],
      profile: { display_name: 'Dora Doe', tenant_ids: ['acme'] },
    },
    credentialOptions: { noPassword: {} },
    ...options,
  });

const accounts: Dialling = {
  name: 'accounts',
  project: sameClock,
  ends: {
    plain: 'success',
    password: 'success',
    again: 'success',
    wrong: 'INVALID_ARGUMENT, final',
    gone: 'success',
    'gone-again': 'success',
    noa: 'success',
    tenant: 'FAILED_PRECONDITION, final',
  },
  script: (recipients) => ({
    tasks: [
      account('plain', 'dora@interop.example'),
      account('password', 'dave@interop.example', {
        credentialOptions: { randomPassword: { length: '24' } },
        encryptionConfigs: configsOf(recipients),
      }),
      account('again', 'dave@interop.example', {
        credentialOptions: { randomPassword: { length: '24' } },
        encryptionConfigs: configsOf(recipients),
      }),
      account('wrong', 'dina@interop.example', { accountInfo: { login: 'dina@interop.example', profile: { x: 1 } } }),
      ...['gone', 'gone-again'].map((name) =>
        named(name, 'deleteResource', {
          resourceId: {
            resourceType: 'user',
            resource: answerOf('plain', 'success.response.success.resource.id.resource'),
          },
        }),
      ),
      named('noa', 'deleteResource', { resourceId: { resourceType: 'user', resource: noa } }),
      named('tenant', 'deleteResource', { resourceId: { resourceType: 'tenant', resource: 'acme' } }),
    ],
  }),
  check: async (run) => {
    const id = idIn(run.answerTo('password'), 'success', 'resource', 'id', 'resource');
    const differing = new Map(changedBetween(run.before, run.project).map((one) => [one.name, one]));
    deepEqual(new Set(differing.keys()), new Set([nameOf('users', id), nameOf('users', noa)]));
    equal(differing.get(nameOf('users', noa))?.after, undefined);
    const { before, after } = differing.get(nameOf('users', id)) ?? {};
    equal(before, undefined);
    equal(after?.['email'], 'dave@interop.example');
    const [password = ''] = await secretsFor(run, 'password');
    deepEqual([password, password.length], [run.passwordOf(id), 24]);
    equal(idIn(run.answerTo('again'), 'alreadyExists', 'resource', 'id', 'resource'), id);
    equal(run.answerTo('again')['encryptedData'], undefined);
    return 'one user made with a password that the SDK opens, one deleted';
  },
};

const keys: Dialling = {
  name: 'keys and passwords',
  env: { BATON_INCLUDE: 'access_key' },
  project: sameClock,
  ends: { rotate: 'success', password: 'success', kept: 'success', dropped: 'success', gone: 'success' },
  script: (recipients) => {
    const encryptionConfigs = configsOf(recipients);
    const issue = (name: string): ReturnType<typeof task> =>
      named(name, 'issueCredential', {
        identityId: { resourceType: 'user', resource: ada },
        credentialOptions: { apiKey: {} },
        encryptionConfigs,
        expiresAt: new Date(startedAt + 30 * 86_400_000).toISOString(),
      });
    return {
      tasks: [
        named('rotate', 'rotateCredentials', {
          resourceId: { resourceType: 'access_key', resource: acmeCi },
          encryptionConfigs,
        }),
        named('password', 'rotateCredentials', {
          resourceId: { resourceType: 'user', resource: noa },
          encryptionConfigs,
          credentialOptions: { randomPassword: { length: '20' } },
        }),
        issue('kept'),
        issue('dropped'),
        named('gone', 'deleteResource', {
          resourceId: {
            resourceType: 'access_key_secret',
            resource: answerOf('dropped', 'success.response.secret.id.resource'),
          },
        }),
      ],
    };
  },
  check: async (run) => {
    const kept = idIn(run.answerTo('kept'), 'secret', 'id', 'resource');
    const differing = new Map(changedBetween(run.before, run.project).map((one) => [one.name, one]));
    deepEqual(new Set(differing.keys()), new Set([nameOf('accessKeys', acmeCi), nameOf('accessKeys', kept)]));
    const [rotated, issued] = [acmeCi, kept].map((key) => differing.get(nameOf('accessKeys', key)));
    deepEqual(rotated && fieldsOf(rotated), ['cleartext']);
    deepEqual([issued?.before, issued?.after?.['boundUserId']], [undefined, ada]);
    const secrets = await secretsFor(run, 'rotate', 'password', 'kept', 'dropped');
    const held = [rotated?.after?.['cleartext'], run.passwordOf(noa), issued?.after?.['cleartext']];
    deepEqual(secrets.slice(0, 3), held, 'what was told, and what holds');
    return 'a key rotated, a password set, a key issued, one deleted; each secret opened by the SDK';
  },
};

const shortActions: Dialling = {
  name: 'actions that end at once',
  ends: {
    all: 'success',
    'of-users': 'success',
    schema: 'success',
    invoke: 'success',
    status: 'success',
    refused: 'FAILED_PRECONDITION, final',
    'of-a-type': 'success',
  },
  script: {
    tasks: [
      named('all', 'actionListSchemas', {}),
      named('of-users', 'actionListSchemas', { resourceTypeId: 'user' }),
      named('schema', 'actionGetSchema', { name: 'disable_user' }),
      named('invoke', 'actionInvoke', { name: 'disable_user', args: { user_id: ada } }),
      named('status', 'actionStatus', { name: 'disable_user', id: answerOf('invoke', 'success.response.id') }),
      named('refused', 'actionInvoke', { name: 'enable_user', args: { user_id: 'U2NobodyWasEverCalledThis000' } }),
      named('of-a-type', 'actionInvoke', {
        name: 'delete',
        resourceTypeId: 'user',
        args: { user_id: { resource_type_id: 'user', resource_id: noa } },
      }),
    ],
  },
  check: (run) => {
    equal(run.answerTo('invoke')['status'], 'BATON_ACTION_STATUS_COMPLETE');
    equal(run.answerTo('status')['status'], 'BATON_ACTION_STATUS_COMPLETE');
    deepEqual(new Set(changed(run)), new Set([nameOf('users', ada), nameOf('users', noa)]));
    return '';
  },
};

const longActions: Dialling = {
  name: 'an action that takes long',
  project: { latencyMs: 900 },
  ends: { invoke: 'success', early: 'success', late: 'success' },
  script: {
    tasks: [
      named('invoke', 'actionInvoke', { name: 'disable_user', args: { user_id: ada } }),
      named('early', 'actionStatus', { name: 'disable_user', id: answerOf('invoke', 'success.response.id') }),
      named(
        'late',
        'actionStatus',
        { name: 'disable_user', id: answerOf('invoke', 'success.response.id') },
        { afterMs: 6_000 },
      ),
    ],
  },
  check: (run) => {
    const told = statusesOf(run, 'invoke', 'early', 'late');
    deepEqual(
      told,
      ['RUNNING', 'RUNNING', 'COMPLETE'].map((word) => `BATON_ACTION_STATUS_${word}`),
    );
    const [user, ...others] = changedBetween(run.before, run.project);
    deepEqual([user?.name, user && fieldsOf(user), others], [nameOf('users', ada), ['status'], []]);
    return 'running, running, complete';
  },
};

const events: Dialling = {
  name: 'events',
  project: sameClock,
  ends: { feeds: 'success', usage: 'success', changes: 'success' },
  script: {
    tasks: [
      named('feeds', 'listEventFeeds', {}),
      ...(['usage', 'changes'] as const).map((name) =>
        named(name, 'listEvents', {
          eventFeedId: name === 'usage' ? 'descope_usage_event_feed' : 'descope_change_event_feed',
          startAt: new Date(startedAt - 29 * 86_400_000).toISOString(),
          pageSize: 20,
        }),
      ),
    ],
  },
  check: (run) => {
    match(JSON.stringify(run.answerTo('feeds')), /descope_usage_event_feed.*descope_change_event_feed/);
    for (const name of ['usage', 'changes']) {
      ok((run.answerTo(name)['events'] as readonly unknown[]).length > 0, `${name}: no event`);
    }
    deepEqual(changed(run), []);
    return '';
  },
};

const everyKind: Dialling = {
  name: 'the double itself, every kind of task, by a connector of the SDK',
  alone: 'demo',
  env: { BATON_TICKETING: 'true' },
  ends: {
    ...Object.fromEntries(
      (
        'password rotate issue drop gone make unmake list schema short long early late ' +
        'feeds events schemas ticket one some these'
      )
        .split(' ')
        .map((name) => [name, 'success']),
    ),
    broken: 'UNKNOWN',
  },
  script: (recipients) => {
    const encryptionConfigs = configsOf(recipients);
    const credentialOptions = { randomPassword: { length: '16' } };
    const status = (name: string, afterMs = 0): ReturnType<typeof task> =>
      named(name, 'actionStatus', { name: 'long', id: answerOf('long', 'success.response.id') }, { afterMs });
    const ticket = (displayName: string): JsonObject => ({
      ticketRequest: { displayName },
      ticketSchema: { id: 'task' },
    });
    return {
      tasks: [
        task('hello'),
        named('password', 'createAccount', { accountInfo: { login: 'dora' }, credentialOptions, encryptionConfigs }),
        named('rotate', 'rotateCredentials', {
          resourceId: { resourceType: 'user', resource: 'ada' },
          credentialOptions,
          encryptionConfigs,
        }),
        named('issue', 'issueCredential', {
          identityId: { resourceType: 'user', resource: 'ada' },
          credentialOptions: { apiKey: {} },
          encryptionConfigs,
        }),
        named('drop', 'deleteResource', {
          resourceId: { resourceType: 'secret', resource: answerOf('issue', 'success.response.secret.id.resource') },
        }),
        named('gone', 'deleteResource', { resourceId: { resourceType: 'user', resource: 'dora' } }),
        named('make', 'createResource', {
          resource: { id: { resourceType: 'tenant', resource: 'globex' }, displayName: 'Globex' },
        }),
        named('unmake', 'deleteResource', { resourceId: { resourceType: 'tenant', resource: 'globex' } }),
        named('list', 'actionListSchemas', {}),
        named('schema', 'actionGetSchema', { name: 'long' }),
        named('short', 'actionInvoke', { name: 'short', args: {} }),
        named('long', 'actionInvoke', { name: 'long', args: {} }),
        status('early'),
        status('late', 3_000),
        named('broken', 'actionInvoke', { name: 'broken', args: {} }),
        named('feeds', 'listEventFeeds', {}),
        named('events', 'listEvents', { eventFeedId: 'usage', startAt: '2026-01-01T00:00:00Z' }),
        named('schemas', 'listTicketSchemas', {}),
        named('ticket', 'createTicketTask', ticket('one')),
        named('one', 'getTicket', { ticketId: 'T-1' }),
        named('some', 'bulkCreateTickets', { ticketRequests: [ticket('a'), ticket('b')] }),
        named('these', 'bulkGetTickets', { ticketRequests: [{ ticketId: 'T-a' }, { ticketId: 'T-b' }] }),
      ],
    };
  },
  check: async (run) => {
    await secretsFor(run, 'password', 'rotate', 'issue');
    const told = statusesOf(run, 'short', 'long', 'early', 'late');
    deepEqual(
      told,
      ['COMPLETE', 'RUNNING', 'RUNNING', 'COMPLETE'].map((word) => `BATON_ACTION_STATUS_${word}`),
    );
    equal((run.answerTo('some')['tickets'] as readonly unknown[]).length, 2);
    return 'secrets opened by the SDK, an action asked for until it has ended';
  },
};

export const kinds: readonly Dialling[] = [accounts, keys, shortActions, longActions, events, everyKind];
