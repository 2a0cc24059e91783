import { deepEqual, equal, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { ageProvider, jwkProvider } from '../../src/encryption/recipient.ts';
import { readRecipients, type Sealed } from '../../src/encryption/recipients.ts';
import { EncryptedDataSchema, EncryptionConfigSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { armor } from 'age-encryption';
import { type Bench, checkClean, type Scenario, withServer } from './bench.ts';
import type { SdkReader } from './processes.ts';

export const secretScenarios: readonly Scenario[] = [
  { name: 'secrets are opened by the SDK, for every kind of key', run: everyKindOfKey },
  { name: 'keys are rotated, issued and deleted', run: keysAndPasswords },
  { name: 'passwords and keys are rotated, by command and by action', run: rotatedByAction },
];

export async function readersOf(bench: Bench): Promise<readonly SdkReader[]> {
  const { readers = [] } = await bench.client(['readers']);
  ok(readers.length > 0, 'the SDK made no keys');
  return readers;
}

/** What the SDK reads in answers, each opened by whom it was for. */
export async function unsealBySdk(
  bench: Bench,
  answers: readonly { readonly data: Sealed; readonly reader: SdkReader }[],
): Promise<readonly string[]> {
  const file = bench.path('sealed.json');
  const asked = answers.map(({ data, reader }) => ({
    data: toJson(EncryptedDataSchema, create(EncryptedDataSchema, data)),
    private: reader.private,
  }));
  await writeFile(file, JSON.stringify(asked), { mode: 0o600 });
  return (await bench.client(['-input', file, 'unseal'])).unsealed ?? [];
}

async function everyKindOfKey(bench: Bench): Promise<string> {
  const readers = await readersOf(bench);
  const { seal } = await readRecipients(readers.map(({ config }) => fromJson(EncryptionConfigSchema, config)));
  const words = ['pass-ä-🔑', 'x'.repeat(200_000)];
  const sealed = await seal(
    words.map((word) => ({ name: 'password', description: 'of a test', schema: '', bytes: Buffer.from(word) })),
  );
  const asked = sealed.map((data, at) => ({ data, reader: readers[at % readers.length] ?? never() }));
  const opened = await unsealBySdk(bench, asked);
  deepEqual(
    opened,
    words.flatMap((word) => readers.map(() => word)),
  );
  return `${readers
    .map(({ kind }) => kind)
    .toSorted()
    .join(', ')}: ${opened.length} opened`;
}

interface RotateAnswer {
  readonly encryptedData: readonly JsonValue[];
}
interface IssueAnswer extends RotateAnswer {
  readonly requestId: string;
  readonly resourceMode: string;
  readonly secret: { readonly id: { readonly resourceType: string; readonly resource: string } };
}

/** Ada, whose keys are issued here, and the key "Acme CI". */
const ada = { resourceType: 'user', resource: 'U2AdaLovelace000000000000000' };
const acmeCi = { resourceType: 'access_key', resource: `K2${'1'.padStart(26, 'SampleKey')}` };

async function keysAndPasswords(bench: Bench): Promise<string> {
  const readers = await readersOf(bench);
  const encryptionConfigs = readers.map(({ config }) => config);
  const options = ['--include', 'access_key', '--provisioning', '--audit-log', bench.path('secrets-audit.jsonl')];
  return await withServer(bench, options, async ({ address }) => {
    const call = async <Answer>(method: string, request: object): Promise<Answer> => {
      const file = bench.path(`${method}.json`);
      await writeFile(file, JSON.stringify(request), { mode: 0o600 });
      const { error, answer } = await bench.client(['-address', address, '-method', method, '-input', file, 'call']);
      equal(error, undefined);
      return answer as Answer;
    };
    const opened = async ({ encryptedData }: RotateAnswer): Promise<string> => {
      const texts = await unsealBySdk(
        bench,
        encryptedData.map((data, at) => ({
          data: fromJson(EncryptedDataSchema, data),
          reader: readers[at % readers.length] ?? never(),
        })),
      );
      equal(texts.length, readers.length);
      equal(new Set(texts).size, 1, 'the recipients were told different secrets');
      return texts[0] ?? '';
    };

    const before = await bench.loadKey(acmeCi.resource);
    const first = await opened(await call('RotateCredential', { resourceId: acmeCi, encryptionConfigs }));
    const second = await opened(await call('RotateCredential', { resourceId: acmeCi, encryptionConfigs }));
    ok(first !== '' && first !== second, 'a rotation brought the secret that there was');
    deepEqual(await bench.loadKey(acmeCi.resource), before, 'a rotation changed more of the key than its secret');

    const asked = { identityId: ada, credentialOptions: { apiKey: {} }, encryptionConfigs, requestId: 'interop-1' };
    const issued = await call<IssueAnswer>('IssueCredential', asked);
    ok((await opened(issued)).length > 0);
    equal(issued.requestId, 'interop-1');
    equal(issued.resourceMode, 'CREDENTIAL_RESOURCE_MODE_DISCOVERABLE');
    equal(issued.secret.id.resourceType, 'access_key_secret');

    const synced = await bench.client(['-address', address, '-c1z', bench.path('secrets.c1z'), 'sync']);
    checkClean(synced);
    await call('DeleteResourceV2', { resourceId: issued.secret.id });
    const again = await call<{ annotations: readonly { '@type': string }[] }>('DeleteResourceV2', {
      resourceId: issued.secret.id,
    });
    ok(
      again.annotations.some((one) => one['@type'].endsWith('ResourceDoesNotExist')),
      'the deleted key is not said to be gone',
    );

    const rotate = ['-address', address, '-c1z', bench.path('rotate.c1z'), '-principal-type', 'access_key'];
    const byCommand = await bench.client([...rotate, '-principal', acmeCi.resource, 'rotate']);
    equal(byCommand.error, undefined);
    return `a key rotated three times, issued, synced, deleted; each secret opened by ${readers.length} kinds of keys`;
  });
}

interface ActionAnswer {
  readonly status: string;
  readonly response: { readonly encrypted?: readonly string[]; readonly error?: string };
}

/** The text of a recipient, as the argument of an action has it. */
function recipientOf({ config }: SdkReader): string {
  const { config: named } = fromJson(EncryptionConfigSchema, config);
  return named.case === 'ageRecipientConfig'
    ? named.value.recipient
    : Buffer.from(named.case === 'jwkPublicKeyConfig' ? named.value.pubKey : []).toString('utf8');
}

async function rotatedByAction(bench: Bench): Promise<string> {
  const readers = await readersOf(bench);
  const recipients = readers.map(recipientOf);
  // The text of an action has no ids of keys: the SDK finds its key by them, so they are made as for any answer.
  const { seal } = await readRecipients(readers.map(({ config }) => fromJson(EncryptionConfigSchema, config)));
  const ids = await seal([{ name: 'trial', description: '', schema: '', bytes: Buffer.from('trial') }]);
  const options = ['--include', 'access_key', '--provisioning', '--audit-log', bench.path('by-action-audit.jsonl')];
  return await withServer(bench, options, async ({ address }) => {
    const before = await bench.project();
    const command = ['-address', address, '-c1z', bench.path('password.c1z'), '-principal-type', 'user'];
    const byCommand = await bench.client([...command, '-principal', ada.resource, 'rotate']);
    equal(byCommand.error, undefined);
    equal((await bench.loadUser(ada.resource)).password, true, 'the user has no password');

    const rotate = { name: 'rotate', resourceTypeId: 'access_key', args: { access_key_id: acmeCi.resource } };
    const set = { name: 'set_temporary_password', resourceTypeId: '', args: { user_id: ada.resource } };
    for (const { name, resourceTypeId, args } of [rotate, set]) {
      const given = JSON.stringify({ ...args, recipients });
      const flags = ['-action', name, '-action-type', resourceTypeId, '-action-args', given];
      checkClean(await bench.client(['-address', address, ...flags, 'invoke-action']));
      const nobody = JSON.stringify({ ...args, recipients: [] });
      const refused = ['-action', name, '-action-type', resourceTypeId, '-action-args', nobody];
      equal((await bench.client(['-address', address, ...refused, 'invoke-action'])).code, 'InvalidArgument');

      const file = bench.path(`${name}-by-action.json`);
      const request = { name, resourceTypeId, args: { ...args, recipients }, inlineWait: '20s' };
      await writeFile(file, JSON.stringify(request), { mode: 0o600 });
      const asked = ['-address', address, '-method', 'InvokeAction', '-input', file, 'call'];
      const { answer } = await bench.client(asked);
      const { status, response } = answer as ActionAnswer;
      equal(status, 'BATON_ACTION_STATUS_COMPLETE', response.error);
      const texts = response.encrypted ?? [];
      equal(texts.length, readers.length);
      const opened = await unsealBySdk(
        bench,
        texts.map((text, at) => ({ data: sealedOf(text, ids[at] ?? never()), reader: readers[at] ?? never() })),
      );
      equal(new Set(opened).size, 1, 'the recipients were told different secrets');
      ok((opened[0] ?? '').length > 8, 'the secret is no secret');
    }
    const after = await bench.project();
    const changed = [...after].filter(([key, record]) => JSON.stringify(before.get(key)) !== JSON.stringify(record));
    deepEqual(
      changed.map(([key]) => key).filter((key) => !key.includes(ada.resource)),
      [],
      'somebody else was changed',
    );
    return `a password by command; a key and a password by action, opened by ${readers.length} kinds of keys`;
  });
}

/** What the SDK opens, of the text that an action answered with. */
function sealedOf(text: string, { keyId, keyIds }: Pick<Sealed, 'keyId' | 'keyIds'>): Sealed {
  const isAge = text.startsWith('-----BEGIN AGE');
  return {
    provider: isAge ? ageProvider : jwkProvider,
    keyId,
    keyIds,
    name: 'secret',
    description: '',
    schema: '',
    encryptedBytes: isAge ? armor.decode(text) : Buffer.from(text, 'ascii'),
  };
}

function never(): never {
  throw new Error('more answers than readers');
}
