import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, secretCanary, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';

// A project that shows every secret that the service keeps to itself. Types that are added later are read here, too.

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({
    users: 300,
    managementKey: 'K2ofTheCompany',
    companyKey: 'K2ofTheCompany',
    switches: { ssoSecrets: 'shown', keySecrets: 'shown', appSecrets: 'shown' },
  });
  const { state } = emulator;
  for (const { id } of state.accessKeys()) state.putAccessKey({ id, customClaims: { token: secretCanary } });
  for (const { id } of state.thirdPartyApps()) state.putThirdPartyApp({ id, extra: { signingKey: secretCanary } });
  for (const consent of state.consents()) state.putConsent({ ...consent, extra: { accessToken: secretCanary } });
  for (const { id } of state.descopers()) state.putDescoper({ id, extra: { token: secretCanary } });
});

afterAll(async () => {
  await emulator.close();
});

/** Runs the program in a folder, and returns everything that it said and wrote. */
async function overheard(
  args: readonly string[],
): Promise<{ readonly run: CliRun; readonly said: string; readonly files: readonly string[] }> {
  await using folder = await temporaryFolder();
  const run = await runCli(args, { env: envOf(emulator), cwd: folder.path });
  const files = await readdir(folder.path);
  const texts = await Promise.all(files.map((file) => readFile(join(folder.path, file), 'latin1')));
  return { run, said: [run.stdout, run.stderr, ...texts].join('\n'), files };
}

const everything = ['--include', 'all', '--log-level', 'debug', '--log-format', 'json'];

describe('secrets that a project shows in its lists', () => {
  it('reach no file, no log, no summary and no metric of a sync', async () => {
    const { run, said, files } = await overheard([
      'sync',
      '--out',
      'sync.json',
      '--metrics-textfile',
      'sync.prom',
      ...everything,
    ]);

    expect(run.code).toBe(0);
    expect(files.toSorted()).toEqual(['sync.json', 'sync.prom']);
    expect(said).toContain('Nightly export');
    expect(said).not.toContain(secretCanary);
  });

  it.each(['POST /v1/mgmt/accesskey/search', 'GET /v2/mgmt/sso/settings/all', 'GET /v1/mgmt/sso/idp/apps/load'])(
    'are not quoted by the error about an answer that cannot be read: %s',
    async (endpoint) => {
      const armed = emulator.faults.add({
        match: { endpoint },
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'rewrite', change: (text) => text.replaceAll(secretCanary, `${secretCanary}"`) },
      });
      const { run, said } = await overheard(['sync', '--out', 'sync.json', ...everything]);
      armed.remove();

      expect(armed.fired).toBeGreaterThan(0);
      expect(run.code).not.toBe(0);
      expect(said).not.toContain(secretCanary);
    },
  );
});
