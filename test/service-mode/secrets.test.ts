import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import type { TaskSchema } from '../../src/gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { temporaryFolder } from '../support/cli.ts';
import { companyWithKeys } from '../support/key-project.ts';
import { leaksIn } from '../support/leaks.ts';
import { taskId } from '../support/platform.ts';
import { ageReader, jwkReader } from '../support/private-keys.ts';
import { endOf, fullSync, type ServiceBench, startService } from '../support/service.ts';
import { eventually } from '../support/eventually.ts';

type TaskType = NonNullable<Exclude<MessageInitShape<typeof TaskSchema>, { readonly $typeName: string }>['taskType']>;

const password = 'POST /v1/mgmt/user/password/set/temporary';
const rotation = 'POST /v1/mgmt/accesskey/rotate';

/** Every task that makes a secret: what it sends, and what of it is a key. */
async function tasks(): Promise<readonly (readonly [string, TaskType])[]> {
  const [{ recipient, config }, jwk] = [await ageReader(), jwkReader('Ed25519')];
  const encryptionConfigs = [config, jwk.config];
  const recipients = [recipient, jwk.recipient];
  const key = { resourceType: 'access_key', resource: 'K2Full' };
  const bob = { resourceType: 'user', resource: 'U2Bob' };
  const options = { case: 'randomPassword', value: { length: 20n } } as const;
  const accountInfo = { profile: { login_id: 'dora@acme.example' } };
  const credentialOptions = { options, forceChangeAtNextLogin: true };
  return [
    ['account', { case: 'createAccount', value: { accountInfo, credentialOptions, encryptionConfigs } as object }],
    ['key', { case: 'rotateCredentials', value: { resourceId: key, encryptionConfigs } as object }],
    ['user', { case: 'rotateCredentials', value: { resourceId: bob, encryptionConfigs } as object }],
    [
      'issue',
      {
        case: 'issueCredential',
        value: {
          identityId: { resourceType: 'user', resource: 'U2Ada' },
          credentialOptions: { options: { case: 'apiKey', value: {} } },
          encryptionConfigs,
        } as object,
      },
    ],
    [
      'rotateAction',
      {
        case: 'actionInvoke',
        value: { name: 'rotate', resourceTypeId: 'access_key', args: { access_key_id: 'K2Bare', recipients } },
      },
    ],
    [
      'passwordAction',
      { case: 'actionInvoke', value: { name: 'set_temporary_password', args: { user_id: 'U2Bob', recipients } } },
    ],
  ];
}

/** All secrets that came to be: passwords as they were sent, keys as the project keeps them. */
function secretsOf({ emulator }: ServiceBench, before: readonly string[]): readonly string[] {
  const keys = emulator.state.accessKeys().map(({ cleartext }) => cleartext);
  const sent = emulator.stats.recent
    .filter(({ endpoint }) => endpoint === password)
    .map(({ body }) => (body as { readonly password: string }).password);
  return [...new Set([...keys.filter((key) => key !== '' && !before.includes(key)), ...sent])];
}

/** A message with all its bytes, as they are and in base64. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return `${bytes.toString('latin1')} ${bytes.toString('base64')}`;
  }
  return typeof value === 'object' && value !== null ? Object.values(value).map(textOf).join('\n') : String(value);
}

it('a secret that a task makes stands in no call to the platform, no log and no upload, however the task ends', async () => {
  const others = Promise.withResolvers<void>();
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sync.c1z');
  await writeFile(path, 'a sync');
  await using bench = await startService({
    emulator: { project: companyWithKeys() },
    // The log of the task takes every line of the process until its sync is written.
    runSync: async () => {
      await others.promise;
      return { path, keep: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    },
  });
  const { platform, emulator } = bench;
  const before = emulator.state.accessKeys().map(({ cleartext }) => cleartext);
  const sync = platform.give({ ...fullSync('debug'), debug: true });

  const all = await tasks();
  for (const [name, taskType] of all) {
    expect(await endOf(bench, platform.give({ id: taskId(name), taskType }))).toMatchObject({ code: 'OK' });
  }
  emulator.faults.add({
    match: { endpoint: rotation },
    times: 9,
    fault: { kind: 'mutate', change: (body) => ({ errorCode: 'E1', errorMessage: `no: ${JSON.stringify(body)}` }) },
  });
  emulator.faults.add({
    match: { endpoint: password },
    times: 99,
    fault: {
      kind: 'mutate',
      change: (_body, { body }) => ({ errorCode: 'E1', errorMessage: `no: ${JSON.stringify(body)}` }),
    },
  });
  for (const [name, taskType] of all.filter(([one]) => !['account', 'issue'].includes(one))) {
    const end = await endOf(bench, platform.give({ id: taskId(`bad${name}`), taskType }));
    // An action is told as running after a second, and goes on.
    expect({ name, ...end }).toMatchObject(name === 'passwordAction' ? { code: 'OK' } : { nonRetryable: true });
  }
  const passwordsSent = 3 + 2 * 3;
  await eventually(() => expect(emulator.stats.count(password)).toBe(passwordsSent));
  others.resolve();
  expect(await endOf(bench, sync)).toMatchObject({ code: 'OK' });

  const secrets = secretsOf(bench, before);
  expect(secrets.length).toBeGreaterThanOrEqual(all.length + 2);
  const texts = {
    calls: platform.asked.map(({ request, authorization }) => textOf(request) + authorization).join('\n'),
    uploads: platform.uploads.map(({ bytes }) => bytes.toString('latin1')).join('\n'),
    log: bench.log(),
  };
  expect(platform.uploads.at(-1)?.bytes.toString()).toContain('rotate ended');
  expect(texts.calls).toContain('c1.connector.v2.CreateAccountResponse');
  expect(Object.entries(texts).flatMap(([name, text]) => leaksIn(text, secrets).map(() => name))).toEqual([]);
});
