import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { type PlatformDouble, startPlatform } from '../support/platform.ts';

interface Finding {
  readonly name: string;
  readonly level: string;
  readonly text: string;
}

/** `doctor --service` against a platform: how it ended, and what it found of the platform. */
async function examine(
  change: (platform: PlatformDouble) => void = () => undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<CliRun & { readonly found: readonly Finding[]; readonly asked: readonly string[] }> {
  await using stack = new AsyncDisposableStack();
  const emulator = stack.adopt(await startEmulator({ users: 3 }), (open) => open.close());
  await using platform = await startPlatform();
  await using folder = await temporaryFolder();
  const caFile = join(folder.path, 'ca.pem');
  await writeFile(caFile, platform.ca);
  change(platform);
  const ended = await runCli(['doctor', '--service', '--json'], {
    env: { ...envOf(emulator), ...platform.env, BATON_C1_CA_FILE: caFile, ...env },
  });
  const { checks } = JSON.parse(ended.stdout) as { readonly checks: readonly Finding[] };
  const place = checks.findIndex(({ name }) => name === 'client id');
  return { ...ended, found: checks.slice(place), asked: platform.asked.map(({ call }) => call) };
}

describe('doctor --service', () => {
  it('gets a token and says hello, and takes no task', async () => {
    const { code, found, asked } = await examine();

    expect(found.map(({ name, level }) => [name, level])).toEqual([
      ['client id', 'ok'],
      ['platform token', 'ok'],
      ['platform hello', 'ok'],
    ]);
    expect(asked).toEqual(['Token', 'Hello']);
    expect(code).toBe(0);
  });

  it('says which of them the platform refuses, with the exit code of that', async () => {
    const noToken = await examine((platform) => {
      platform.onToken = () => 401;
    });
    const noHello = await examine((platform) => {
      platform.onCall = () => ({ code: status.NOT_FOUND, details: 'gone' });
    });

    expect(noToken.found.map(({ level }) => level)).toEqual(['ok', 'fail', 'skip']);
    expect(noToken.code).toBe(3);
    expect(noHello.found.map(({ level }) => level)).toEqual(['ok', 'ok', 'fail']);
    expect(noHello.code).toBe(2);
  });

  it('says what is missing or misspelt, and repeats no secret', async () => {
    const secret = 'secret-token:conductorone.com:v1:AAAA';
    const { code, stdout, stderr } = await examine(undefined, { BATON_CLIENT_SECRET: secret });

    expect(code).toBe(2);
    expect(stdout).toContain('no Ed25519 key');
    expect(stdout + stderr).not.toContain(secret);
  });
});
