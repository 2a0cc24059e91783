import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyKeyId, type Emulator, projectKeyId, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 5, switches: { keySecrets: 'shown' } });
});
afterAll(async () => {
  await emulator.close();
});

const sync = (out: string, more: Readonly<Record<string, string>> = {}): ReturnType<typeof runCli> =>
  runCli(['sync', '--include', 'console', '--out', out, '--rate-limit', 'off'], {
    env: { ...envOf(emulator), ...more },
  });

describe('the key of the company', () => {
  it('takes the key of the company from the file that the config file names, and shows it masked', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'baton.yaml');
    await writeFile(join(folder.path, 'company.key'), emulator.companyKey, { mode: 0o600 });
    await writeFile(config, 'company-management-key-file: company.key\n');
    const flags = ['--config', config];
    const env = envOf(emulator);

    const [show, read] = await Promise.all([
      runCli(['config', 'show', '--json', ...flags], { env }),
      runCli(['sync', '--include', 'all', '--out', join(folder.path, 'sync.json'), ...flags], { env }),
    ]);

    expect(JSON.parse(show.stdout)).toMatchObject({
      settings: expect.arrayContaining([
        {
          name: 'company-management-key',
          value: '********',
          source: expect.stringContaining('company-management-key-file') as string,
        },
      ]) as unknown,
    });
    expect(read).toMatchObject({ code: 0 });
    expect(await readFile(join(folder.path, 'sync.json'), 'utf8')).toContain('"console_admin"');
  });

  it('warns thirty days ahead of a key that may be ours, on stderr and in the summary, and of ours where it shows', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.json');
    const { projectId } = emulator;
    // Text that begins with the ids of the listed keys: a stand-in for keys of which that is so.
    const shown = await startEmulator({
      users: 5,
      projectId,
      companyKey: `${companyKeyId}-and-more`,
      managementKey: `${projectKeyId}-and-more`,
    });
    try {
      const unknown = await sync(out, { DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey });
      const { console: read } = JSON.parse(await readFile(out, 'utf8')).summary as {
        readonly console: Readonly<Record<string, unknown>>;
      };
      const known = await sync(join(folder.path, 'other.json'), {
        ...envOf(shown),
        DESCOPE_COMPANY_MANAGEMENT_KEY: shown.companyKey,
      });

      expect(unknown.stderr).toMatch(
        /warning: the management key "Governance connector" .*may be the one .* in \d+ days/s,
      );
      expect(read).toMatchObject({
        own_keys: 'unknown',
        keys_ending_soon: [{ key_id: companyKeyId, ours: 'perhaps' }],
        unlisted_projects: 1,
        unlisted_tags: 1,
      });
      expect(known.stderr).toMatch(/"Governance connector" .*with which this sync asks, ends on/s);
      expect(known.stderr + known.stdout).not.toContain('-and-more');
    } finally {
      await shown.close();
    }
  });

  it('fails with exit code 3 and names the call and the setting where --include all has the key of the project only', async () => {
    await using folder = await temporaryFolder();

    const run = await runCli(['sync', '--include', 'all', '--out', join(folder.path, 's.json')], {
      env: envOf(emulator),
    });

    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/(?:projects\/list|descoper\/list|managementkey\/search) answered 403/);
    expect(run.stderr).toContain(
      'DESCOPE_COMPANY_MANAGEMENT_KEY_FILE (company-management-key-file in the config file)',
    );
    await expect(readFile(join(folder.path, 's.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is read with the ordinary key where that is one of the company', async () => {
    await using folder = await temporaryFolder();

    const run = await sync(join(folder.path, 'sync.json'), { DESCOPE_MANAGEMENT_KEY: emulator.companyKey });

    expect(run).toMatchObject({ code: 0 });
  });

  it('that ends is told in the metrics and the log of serve, from its first sync on', async () => {
    await using folder = await temporaryFolder();
    const args = ['serve', '--listen', '127.0.0.1:0', '--health-check-port', '0'];
    const schedule = ['--sync-every', '1h', '--out', join(folder.path, 'out'), '--include', 'console'];
    await using serve = startCli([...args, ...schedule], {
      ...envOf(emulator),
      DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey,
    });
    const [, pages = ''] = await serve.until(/health and metrics on (.*)\n/);

    await eventually(async () => {
      const text = await (await fetch(`${pages}/metrics`)).text();
      const [, seconds] = /^baton_descope_management_key_expires_in_seconds\{ours="perhaps"\} (\d+)$/m.exec(text) ?? [];
      expect(Number(seconds) / 86_400).toBeGreaterThan(18);
      expect(Number(seconds) / 86_400).toBeLessThanOrEqual(20);
    });
    expect(`${serve.stdout()}${serve.stderr()}`).toContain('a management key ends soon');
    expect(`${serve.stdout()}${serve.stderr()}`).not.toContain('Governance connector');
  });
});
