/**
 * Reads a project into memory, and then measures what writing its rows into a `.c1z` takes by itself. Takes the
 * fixture's address and the file; prints JSON.
 */
import { stat } from 'node:fs/promises';
import { createConnector } from '../../src/connector.ts';
import { createDescopeClient } from '../../src/descope/client.ts';
import { createC1zFile } from '../../src/output/c1z-file.ts';
import type { SyncFile } from '../../src/output/sync-file.ts';
import { Secret } from '../../src/secret.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { projectId } from './project.ts';

const [baseUrl = '', target = ''] = process.argv.slice(2);
const key = new Secret('benchmark-key');
const project = createDescopeClient({ baseUrl, projectId, managementKey: () => key });
const connector = createConnector({ project, policy: { tenantRoles: 'all' } });
const syncId = newSyncId();
const pages: ((file: SyncFile) => Promise<void>)[] = [];
const none = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };

await runSync({
  surface: connector,
  report: (id) => connector.report(id),
  syncId,
  target: {
    counts: none,
    resourceTypes: async (rows) => void pages.push((file) => file.resourceTypes(rows)),
    resources: async (rows) => void pages.push((file) => file.resources(rows)),
    entitlements: async (rows) => void pages.push((file) => file.entitlements(rows)),
    grants: async (rows) => void pages.push((file) => file.grants(rows)),
    finish: async (summary) => {
      const [startedAt, before] = [performance.now(), process.cpuUsage()];
      const file = await createC1zFile(target, { syncId });
      for (const put of pages) {
        await put(file);
      }
      await file.finish(summary);
      const { user, system } = process.cpuUsage(before);
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, bytes: (await stat(target)).size }));
    },
    discard: async () => undefined,
  },
});
connector.close();
