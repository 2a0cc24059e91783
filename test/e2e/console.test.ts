import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { createDescopeClient } from '../../src/descope/client.ts';
import { companyKeyId, type Emulator, secretCanary, startEmulator } from '../../src/emulator/emulator.ts';
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

  it('fails with exit code 3 and names the call and the setting where the key is one of the project', async () => {
    await using folder = await temporaryFolder();

    const run = await sync(join(folder.path, 's.json'));

    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/(?:projects\/list|descoper\/list|managementkey\/search) answered 403/);
    expect(run.stderr).toContain(
      'DESCOPE_COMPANY_MANAGEMENT_KEY_FILE (company-management-key-file in the config file)',
    );
    await expect(readFile(join(folder.path, 's.json'))).rejects.toMatchObject({ code: 'ENOENT' });
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
