import { deepEqual, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { create, fromJson, toJson } from '@bufbuild/protobuf';
import { readRecipients, type Sealed } from '../../src/encryption/recipients.ts';
import { EncryptedDataSchema, EncryptionConfigSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import type { Bench, Scenario } from './bench.ts';
import type { SdkReader } from './processes.ts';

export const secretScenarios: readonly Scenario[] = [
  { name: 'secrets are opened by the SDK, for every kind of key', run: everyKindOfKey },
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

function never(): never {
  throw new Error('more answers than readers');
}
