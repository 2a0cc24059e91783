import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCredentials } from '../../src/fleet/s3/credentials.ts';
import type { CredentialsPlace } from '../../src/fleet/schema.ts';
import { temporaryFolder } from '../support/cli.ts';
import { faultOf } from '../support/thrown.ts';

const secret = `s${'e'.repeat(39)}`;
const read = async (place: CredentialsPlace, env: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  await readCredentials(place, {
    source: 'fleet.yaml:3:5 acme: credentials',
    base: '/',
    env,
    signal: new AbortController().signal,
  }).then(({ id, secret: found, token }) => [id, found.reveal(), token?.reveal()], faultOf);
const variables = { env: { id: 'ID', secret: 'SECRET', token: 'TOKEN' } };
const json = JSON.stringify({ Version: 1, AccessKeyId: 'AKEXAMPLE', SecretAccessKey: secret, SessionToken: 'tok' });

it('are read from variables, a file or a program, in the form that AWS prints', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'keys.json');
  await writeFile(file, json, { mode: 0o600 });

  expect(await read(variables, { ID: 'AKEXAMPLE', SECRET: secret })).toEqual(['AKEXAMPLE', secret, undefined]);
  expect(await read(variables, { ID: 'AKEXAMPLE', SECRET: secret, TOKEN: 'tok' })).toEqual([
    'AKEXAMPLE',
    secret,
    'tok',
  ]);
  expect(await read({ file })).toEqual(['AKEXAMPLE', secret, 'tok']);
  expect(await read({ command: ['cat', file] })).toEqual(['AKEXAMPLE', secret, 'tok']);
});

it('that are not there, or are none, are told in a line without what was read', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'keys.json');
  await writeFile(file, secret);

  expect(await read(variables, { ID: 'AKEXAMPLE' })).toBe(
    'config: fleet.yaml:3:5 acme: credentials.env: SECRET is not set, and should hold the secret of an access key',
  );
  expect(await read({ file })).toMatch(
    /^config: fleet\.yaml:3:5 acme: credentials: should be \{"AccessKeyId": [^\n]*\(not shown\)$/,
  );
  expect(await read({ file })).not.toContain(secret);
  expect(await read({ file: `${file}.no` })).toMatch(/^config: .*cannot read .*there is no such file$/);
  expect(await read({ command: ['sh', '-c', `echo ${secret} >&2; exit 3`] })).toBe(
    'config: fleet.yaml:3:5 acme: credentials.command: sh ended with 3, and did not print credentials as JSON',
  );
  await chmod(file, 0o666);
  expect(await read({ file })).toMatch(/^config: .*can be changed by every user of this machine: chmod 600 /);
});
