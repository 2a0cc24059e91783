import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, type Fault, startEmulator } from '../../src/emulator/emulator.ts';
import { ActionService } from '../../src/gen/c1/connector/v2/action_pb.ts';
import { AccountManagerService, CredentialManagerService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { envOf, quickWaits, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { companyWithKeys } from '../support/key-project.ts';
import { leaksIn } from '../support/leaks.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { ageReader } from '../support/private-keys.ts';

/** In every secret that the embedded project makes, and in nothing else. */
const canary = '-cleartext-';

/** The passwords that were sent to the embedded project, whatever came of it. */
const passwordsSent = (): readonly string[] => [
  ...new Set(
    emulator.stats.recent
      .filter(({ endpoint }) => [setPassword, setPassword.replace('temporary', 'active')].includes(endpoint))
      .map(({ body }) => (body as { readonly password: string }).password),
  ),
];
const setPassword = 'POST /v1/mgmt/user/password/set/temporary';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ project: companyWithKeys() });
});
afterEach(() => emulator.close());

/** What goes wrong at Descope: each with the secret in the answer, or after it was made. */
const faults: readonly (readonly [string, Fault])[] = [
  ['an answer that is cut off', { kind: 'truncate', how: 'content-length' }],
  ['a status that is none of success', { kind: 'status', status: 500, applied: true, body: `x${canary}9` }],
  ['an error that quotes it', { kind: 'status', status: 400, body: { errorCode: 'E1', errorMessage: `${canary}9` } }],
  [
    'an answer about another key',
    { kind: 'mutate', change: (body) => ({ ...(body as object), key: { id: 'K2Other' } }) },
  ],
  [
    'an answer without its key',
    { kind: 'mutate', change: (body) => ({ cleartext: (body as { cleartext: string }).cleartext }) },
  ],
  ['an answer of another shape', { kind: 'mutate', change: (body) => [body] }],
];

/** The same for a password: an error inside a 200 that quotes the request. */
const quoting: Fault = {
  kind: 'mutate',
  change: (_body, { body }) => ({ errorCode: 'E1', errorMessage: `no: ${JSON.stringify(body)}` }),
};
const passwordFaults: readonly (readonly [string, Fault])[] = [
  ['an answer that quotes it', quoting],
  ['a reset after the effect', { kind: 'reset', at: 'before-headers', applied: true }],
  ['a refusal', { kind: 'status', status: 400 }],
];

describe('a secret that was made', () => {
  it('stands in no log, error, audit line, trace, metric or page of a server, however the calls end', async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startOtlpReceiver();
    const audit = join(folder.path, 'audit.jsonl');
    await using server = startCli(
      [
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--health-check-port',
        '0',
        '--provisioning',
        '--include',
        'access_key',
      ].concat(['--log-level', 'debug', '--log-format', 'json', '--audit-log', audit]),
      { ...envOf(emulator), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    const [, address = ''] = await server.until(/"address":"([^"]*)".*"listening"/);
    const [, pages = ''] = await server.until(/"address":"([^"]*)","msg":"health and metrics"/);
    const reader = await ageReader();
    const rotate = () =>
      grpcCall(address, CredentialManagerService.method.rotateCredential, {
        resourceId: { resourceType: 'access_key', resource: 'K2Full' },
        encryptionConfigs: [reader.config],
      });
    const password = () =>
      grpcCall(address, CredentialManagerService.method.rotateCredential, {
        resourceId: { resourceType: 'user', resource: 'U2Bob' },
        encryptionConfigs: [reader.config],
      });
    const issue = (requestId: string) =>
      grpcCall(address, CredentialManagerService.method.issueCredential, {
        identityId: { resourceType: 'user', resource: 'U2Ada' },
        credentialOptions: { options: { case: 'apiKey', value: {} } },
        encryptionConfigs: [reader.config],
        requestId,
      });

    const create = (loginId: string, forceChangeAtNextLogin = true) =>
      grpcCall(address, AccountManagerService.method.createAccount, {
        accountInfo: { profile: { login_id: loginId } },
        credentialOptions: { options: { case: 'randomPassword', value: { length: 20n } }, forceChangeAtNextLogin },
        encryptionConfigs: [reader.config],
      });
    const action = async (name: string, args: JsonObject, resourceTypeId = '') => {
      const recipients = [reader.recipient];
      const request = { name, resourceTypeId, args: { ...args, recipients }, inlineWait: { seconds: 20n } };
      return (await grpcCall(address, ActionService.method.invokeAction, request)).response ?? {};
    };
    const actions = [
      () => action('rotate', { access_key_id: 'K2Bare' }, 'access_key'),
      () => action('set_temporary_password', { user_id: 'U2Ada' }),
    ];

    const { encryptedData } = await rotate();
    expect(await reader.open(encryptedData[0] ?? { encryptedBytes: Buffer.of() })).toContain(canary);
    await issue('good');
    const [sealed] = (await password()).encryptedData;
    expect([await reader.open(sealed ?? { encryptedBytes: Buffer.of() })]).toEqual(passwordsSent());
    await create('dora');
    await create('eve', false);
    const answers = [await actions[0]?.(), await actions[1]?.()].map((answer) => JSON.stringify(answer));
    const errors: string[] = [];
    for (const [at, [, fault]] of faults.entries()) {
      emulator.faults.add({ match: { endpoint: '/v1/mgmt/accesskey/rotate' }, fault });
      errors.push((await failureOf(rotate())).message);
      emulator.faults.add({ match: { endpoint: '/v1/mgmt/accesskey/create' }, times: 2, fault });
      errors.push((await failureOf(issue(`bad-${at}`))).message);
    }
    for (const [, fault] of passwordFaults) {
      emulator.faults.add({ match: { endpoint: setPassword }, times: 9, fault });
      errors.push((await failureOf(password())).message, (await failureOf(create(`x${errors.length}`))).message);
      emulator.faults.add({ match: { endpoint: '/v1/mgmt/accesskey/rotate' }, fault });
      answers.push(...(await Promise.all(actions.map(async (act) => JSON.stringify(await act())))));
      emulator.faults.clear();
    }
    const metrics = await (await fetch(`${pages}/metrics`)).text();
    const { stdout, stderr } = await server.stop();

    const texts = {
      errors: errors.join('\n'),
      answers: answers.join('\n'),
      metrics,
      output: stdout + stderr,
      audit: await readFile(audit, 'utf8'),
      spans: receiver.text(),
    };
    expect(texts.output).toContain('rotate ended');
    expect(texts.audit).toContain('"operation":"rotate"');
    expect(texts.metrics).toContain('operation="issue"');
    expect(receiver.spans().length).toBeGreaterThan(10);
    expect(texts.audit).toContain('"operation":"create"');
    expect(texts.answers).toContain('"success":false');
    const secrets = [canary, ...passwordsSent()];
    // A rotation, two creations and an action that went well; the same but for one of the creations with each fault.
    expect(secrets).toHaveLength(1 + 4 + 3 * passwordFaults.length);
    expect(Object.entries(texts).flatMap(([name, text]) => leaksIn(text, secrets).map(() => name))).toEqual([]);
  });

  it.each(faults)('stands in no output of the command line: %s', async (_what, fault) => {
    const { recipient } = await ageReader();
    for (const [endpoint, ...args] of [
      ['/v1/mgmt/accesskey/rotate', 'rotate', 'Everything', '--yes'],
      ['/v1/mgmt/accesskey/create', 'create', 'U2Ada', '--json'],
    ] as const) {
      emulator.faults.add({ match: { endpoint }, times: 2, fault });

      const ended = await runCli(['key', ...args, '--recipient', recipient, '--log-level', 'debug'], {
        env: envOf(emulator),
        nodeFlags: quickWaits,
      });

      expect(ended.code).not.toBe(0);
      expect(leaksIn(ended.stdout + ended.stderr, [canary])).toEqual([]);
    }
  });

  it.each(passwordFaults)('is a password, and stands in no output of the command line: %s', async (_what, fault) => {
    const { recipient } = await ageReader();
    emulator.faults.add({ match: { endpoint: setPassword }, times: 3, fault });

    const ended = await runCli(
      ['--rotate-credentials', 'U2Bob', '--rotate-credentials-type', 'user', '-p', '--log-level', 'debug'].concat([
        '--recipient',
        recipient,
      ]),
      { env: envOf(emulator), nodeFlags: quickWaits },
    );

    expect(ended.code).not.toBe(0);
    expect(passwordsSent()).toHaveLength(1);
    expect(leaksIn(ended.stdout + ended.stderr, passwordsSent())).toEqual([]);
  });

  it.each(passwordFaults)(
    'is of account create or of an action, and stands in no output of the command line: %s',
    async (_what, fault) => {
      const { recipient } = await ageReader();
      emulator.faults.add({ match: { endpoint: setPassword }, times: 99, fault });
      emulator.faults.add({ match: { endpoint: '/v1/mgmt/accesskey/rotate' }, times: 99, fault });
      const told = ['--recipient', recipient, '--log-level', 'debug'];

      for (const args of [
        ['account', 'create', '--login-id', 'dora', '--random-password'],
        ['action', 'run', 'set_temporary_password', '--arg', 'user_id=U2Bob', '--yes'],
        ['action', 'run', 'access_key.rotate', '--arg', 'access_key_id=K2Full', '--yes', '--json'],
      ]) {
        const ended = await runCli([...args, ...told], { env: envOf(emulator), nodeFlags: quickWaits });

        expect(ended.code).not.toBe(0);
        expect(leaksIn(ended.stdout + ended.stderr, [canary, ...passwordsSent()])).toEqual([]);
      }
      expect(passwordsSent()).toHaveLength(2);
    },
  );

  it('is found by this search where it does stand', () => {
    const texts = [0, 1, 2].map((shift) => Buffer.from(`${'y'.repeat(shift)}K2${canary}7`).toString('base64'));

    expect(texts.map((text) => leaksIn(text, [canary]).length)).toEqual([1, 1, 1]);
    expect(leaksIn(`x${canary}1`, [canary])).toEqual([canary]);
  });
});
