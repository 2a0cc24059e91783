import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { createDescopeClient } from '../../src/descope/client.ts';
import { companyKeyId, type Emulator, projectKeyId, secretCanary, startEmulator } from '../../src/emulator/emulator.ts';
import { Secret } from '../../src/secret.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { walk } from '../../src/sync/walk.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { createCollector, idsOf } from '../support/walker.ts';

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

describe('a sync with --include console', () => {
  it('reads the company with its own key, and writes no secret down', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.json');

    const run = await sync(out, { DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey });

    expect(run).toMatchObject({ code: 0 });
    const file = await readFile(out, 'utf8');
    expect(file).toContain(`project:${emulator.projectId}:management_key_role:management_key:${companyKeyId}`);
    for (const secret of [secretCanary, emulator.companyKey, emulator.managementKey]) {
      expect(`${file}${run.stdout}${run.stderr}`).not.toContain(secret);
    }
  });

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

  it.each(['console', 'all'])(
    'fails with exit code 3 and names the call and the setting where --include %s has the key of the project only',
    async (include) => {
      await using folder = await temporaryFolder();

      const run = await runCli(['sync', '--include', include, '--out', join(folder.path, 's.json')], {
        env: envOf(emulator),
      });

      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(/(?:projects\/list|descoper\/list|managementkey\/search) answered 403/);
      expect(run.stderr).toContain(
        'DESCOPE_COMPANY_MANAGEMENT_KEY_FILE (company-management-key-file in the config file)',
      );
      await expect(readFile(join(folder.path, 's.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('is read with the ordinary key where that is one of the company', async () => {
    await using folder = await temporaryFolder();

    const run = await sync(join(folder.path, 'sync.json'), { DESCOPE_MANAGEMENT_KEY: emulator.companyKey });

    expect(run).toMatchObject({ code: 0 });
  });

  it('refuses a key of the company that can be none before anything is sent', async () => {
    await using folder = await temporaryFolder();
    const before = emulator.stats.total;

    const run = await sync(join(folder.path, 'sync.json'), {
      DESCOPE_COMPANY_MANAGEMENT_KEY: `"${emulator.companyKey}"`,
    });

    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/DESCOPE_COMPANY_MANAGEMENT_KEY does not hold a management key alone/);
    expect(run.stderr).not.toContain(emulator.companyKey);
    expect(emulator.stats.total).toEqual(before);
  });

  it('is told over gRPC as in a file', async () => {
    const [key, companyKey] = [new Secret(emulator.managementKey), new Secret(emulator.companyKey)];
    const { projectId, baseUrl } = emulator;
    const project = createDescopeClient({
      projectId,
      baseUrl,
      managementKey: () => key,
      companyKey: () => companyKey,
    });
    const connector = createConnector({ project, policy: { tenantRoles: 'observed', include: ['console'] } });
    const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
    const remote = connectSurface(server.address);
    const [near, far] = [createCollector(), createCollector()];
    try {
      await walk({ surface: connector, syncId: 'near', sink: near.sink });
      await walk({ surface: remote, syncId: 'far', sink: far.sink });
    } finally {
      remote.close();
      await server.stop();
    }

    const granted = idsOf(far.grants).filter((id) => id.startsWith('project:'));
    expect(granted).toEqual(idsOf(near.grants).filter((id) => id.startsWith('project:')));
    expect(granted).toEqual(
      expect.arrayContaining([
        `project:${projectId}:admin:console_admin:D2AdaLovelace`,
        `project:${projectId}:support:console_admin:D2KatherineJohnson`,
        `project:${projectId}:auditor:console_admin:D2AlanTuring`,
      ]),
    );
    expect(idsOf(far.resources)).toEqual(idsOf(near.resources));
  });
});
