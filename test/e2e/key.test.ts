import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { armor } from 'age-encryption';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { companyWithKeys, keyCanary } from '../support/key-project.ts';
import { ageReader, jwkReader } from '../support/private-keys.ts';
import { snapshot } from '../support/provisioning-server.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: companyWithKeys() });
});
afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { env: envOf(emulator) });
const keyOf = (id: string) => emulator.state.accessKeys().find((key) => key.id === id);
const issued = () => emulator.state.accessKeys().filter(({ name }) => name.startsWith('baton '));
const isWrite = (endpoint: string): boolean => /\/(?:create|rotate|delete)$/.test(endpoint);
const sent = (): readonly string[] =>
  emulator.stats.recent.filter(({ endpoint }) => isWrite(endpoint)).map(({ endpoint }) => endpoint);
const auditsOf = ({ stderr }: CliRun): readonly unknown[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"audit":'))
    .map((line) => (JSON.parse(line) as { readonly audit: unknown }).audit);

describe('key rotate', () => {
  it('rotates the key of that name, and prints the new secret encrypted, alone on stdout', async () => {
    const { recipient, openFile } = await ageReader();

    const ended = await run('key', 'rotate', 'Everything', '--yes', '--recipient', recipient);

    expect(ended.code).toBe(0);
    expect(await openFile(armor.decode(ended.stdout))).toBe(keyOf('K2Full')?.cleartext);
    expect(keyOf('K2Full')?.cleartext).not.toBe(keyCanary);
    expect(ended.stderr).toContain('Everything (K2Full) has a new secret');
    expect(sent()).toEqual(['POST /v1/mgmt/accesskey/rotate']);
    expect(auditsOf(ended)).toMatchObject([{ outcome: 'intended' }, { operation: 'rotate', outcome: 'rotated' }]);
    expect(ended.stdout + ended.stderr).not.toContain('cleartext');
  });

  it('prints it for a JSON Web Key and for an age recipient, in their order', async () => {
    const [key, age] = [jwkReader('Ed25519'), await ageReader()];
    const recipients = ['--recipient', key.recipient, '--recipient', age.recipient];

    const { code, stdout } = await run('key', 'rotate', 'Everything', '--yes', ...recipients);

    const [text = '', ...file] = stdout.split('\n');
    const opened = [
      await key.open({ encryptedBytes: Buffer.from(text) }),
      await age.openFile(armor.decode(file.join('\n'))),
    ];
    expect([code, ...opened]).toEqual([0, keyOf('K2Full')?.cleartext, keyOf('K2Full')?.cleartext]);
  });

  it.each([
    ['neither way to tell the secret', [], 'would be told to nobody'],
    ['both ways', ['--reveal', '--recipient', 'age1x'], 'give one of them'],
    ['a file in the place of the terminal', ['--reveal'], 'goes to a file or a program'],
    ['a mistyped recipient', ['--recipient', 'age1x'], '--recipient 1: recipient is not an age recipient'],
  ])('is refused before anything is asked with %s', async (_what, flags, words) => {
    const ended = await run('key', 'rotate', 'Everything', '--yes', ...flags);

    expect(ended.code).toBe(2);
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(emulator.stats.total).toBe(0);
  });

  it('is refused without --yes where nobody can confirm it', async () => {
    const { recipient } = await ageReader();

    const ended = await run('key', 'rotate', 'Everything', '--recipient', recipient);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('add --yes');
    expect(sent()).toEqual([]);
    expect(auditsOf(ended)).toMatchObject([{ operation: 'rotate', outcome: 'refused' }]);
  });

  it('shows with --dry-run what would be sent, without a way to tell a secret that is not made', async () => {
    const before = snapshot(emulator.state);

    const ended = await run('key', 'rotate', 'Everything', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('POST /v1/mgmt/accesskey/rotate {"id":"K2Full"}');
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('says of an inactive key why not', async () => {
    const { recipient } = await ageReader();

    const ended = await run('key', 'rotate', 'Off', '--yes', '--recipient', recipient);

    expect(ended.code).not.toBe(0);
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain('is inactive, and only an active key');
    expect(sent()).toEqual([]);
  });

  it.runIf(canLend)('shows the secret on the terminal that asked for it', async () => {
    const ended = await onTerminal(['key', 'rotate', 'Everything', '--yes', '--reveal'], { env: envOf(emulator) });

    expect(ended.code).toBe(0);
    expect(ended.screen).toContain(keyOf('K2Full')?.cleartext);
  });
});

describe('key create', () => {
  it('makes a key bound to the user, and tells scripts its id and its secret in one line', async () => {
    const { recipient, openFile } = await ageReader();
    const other = await ageReader();

    const ended = await run(
      'key',
      'create',
      'ada@acme.example',
      '--expires-in-days=30',
      '--request-id=ticket-7',
      '--json',
      `--recipient=${recipient}`,
      `--recipient=${other.recipient}`,
    );

    const [key, ...more] = issued();
    expect(more).toEqual([]);
    expect(key).toMatchObject({ boundUserId: 'U2Ada', name: 'baton ticket-7' });
    const line = JSON.parse(ended.stdout) as { readonly encrypted: readonly string[] };
    expect(line).toMatchObject({ operation: 'issue', outcome: 'issued', key: key?.id, request: 'ticket-7' });
    expect(await openFile(armor.decode(line.encrypted[0] ?? ''))).toBe(key?.cleartext);
    expect(await other.openFile(armor.decode(line.encrypted[1] ?? ''))).toBe(key?.cleartext);
  });

  it.each([
    ['--expires-in-days', '0'],
    ['--expires-in-days', '366'],
    ['--expires-in-days', 'soon'],
    ['--request-id', 'a b'],
  ])('refuses %s %s before anything is asked', async (flag, value) => {
    const { recipient } = await ageReader();

    const ended = await run('key', 'create', 'U2Ada', '--recipient', recipient, flag, value);

    expect(ended.code).toBe(2);
    expect(emulator.stats.total).toBe(0);
  });

  it('plans with --dry-run', async () => {
    const ended = await run('key', 'create', 'U2Ada', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('POST /v1/mgmt/accesskey/create');
    expect(issued()).toEqual([]);
  });
});

describe('key delete', () => {
  it('deletes the key of that name, and no other', async () => {
    const others = emulator.state.accessKeys().filter(({ id }) => id !== 'K2Full');

    const ended = await run('key', 'delete', 'Everything', '--yes');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('The access key Everything (K2Full) is deleted.');
    expect(emulator.state.accessKeys()).toEqual(others);
  });

  it('is refused for a name that two keys have, and without --yes', async () => {
    expect((await run('key', 'delete', 'Twin', '--yes')).code).not.toBe(0);
    expect((await run('key', 'delete', 'Everything')).code).toBe(2);
    expect(sent()).toEqual([]);
  });
});

describe('--rotate-credentials', () => {
  const asked = ['--rotate-credentials', 'K2Full', '--rotate-credentials-type', 'access_key'];

  it('rotates as every Baton connector does, for a recipient', async () => {
    const { recipient, openFile } = await ageReader();

    const ended = await run(...asked, '--provisioning', '--recipient', recipient);

    expect(ended.code).toBe(0);
    expect(await openFile(armor.decode(ended.stdout))).toBe(keyOf('K2Full')?.cleartext);
  });

  it('prints a secret for a JSON Web Key, as one value of the flag whatever commas it has', async () => {
    const key = jwkReader('P-256');

    const ended = await run(...asked, '--provisioning', '--recipient', key.recipient);

    expect(ended.code).toBe(0);
    expect(await key.open({ encryptedBytes: Buffer.from(ended.stdout.trim()) })).toBe(keyOf('K2Full')?.cleartext);
  });

  it('sets a temporary password of a user, and prints it encrypted, alone on stdout', async () => {
    const { recipient, openFile } = await ageReader();
    const user = ['--rotate-credentials', 'U2Bob', '--rotate-credentials-type', 'user', '--provisioning'];

    const ended = await run(...user, '--recipient', recipient);

    expect(ended.code).toBe(0);
    const password = await openFile(armor.decode(ended.stdout));
    expect(emulator.state.password('U2Bob')).toEqual({ value: password, mustChange: true });
    expect(ended.stderr).toContain('the user must choose another at the next login');
    expect(ended.stderr).not.toContain(password);
    expect(auditsOf(ended)).toMatchObject([{ outcome: 'intended' }, { operation: 'rotate', resource: 'user:U2Bob' }]);
  });

  it('is refused without --provisioning, without its type, and without anybody who is told', async () => {
    const { recipient } = await ageReader();

    expect((await run(...asked, '--recipient', recipient)).stderr).toContain('add --provisioning');
    expect((await run(...asked.slice(0, 2), '-p', '--recipient', recipient)).code).toBe(2);
    expect((await run(...asked, '--provisioning')).stderr.replaceAll(/\s+/g, ' ')).toContain('told to nobody');
    expect(sent()).toEqual([]);
  });
});
