import { type Connector, createConnector } from '../../src/connector.ts';
import { createDescopeClient } from '../../src/descope/client.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { Secret } from '../../src/secret.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import type { CompanyRecords } from './company-records.ts';
import { type PlainServer, startPlainServer } from './plain-server.ts';

/** Everything that the records of a company hold. */
export const companyInclude = ['access_key', 'application', 'third_party_app', 'console'] as const;

/** An independent server of a company's records, and a connector in front of it. */
export interface CompanyBench extends AsyncDisposable {
  readonly server: PlainServer;
  readonly connector: Connector;
  /** Writes what a sync makes of the company, in the format of the path's extension. */
  readonly sync: (path: string) => Promise<void>;
}

/** Random records dangle more than those of a real company may. */
export async function startCompany(
  records: CompanyRecords,
  tenantRoles: SyncPolicy['tenantRoles'],
): Promise<CompanyBench> {
  const server = await startPlainServer(records);
  const key = new Secret('plain');
  const { baseUrl, projectId } = server;
  const project = createDescopeClient({ baseUrl, projectId, managementKey: () => key });
  const policy = { tenantRoles, maxDangling: 1_000_000, include: companyInclude };
  const connector = createConnector({ project, policy });
  return {
    server,
    connector,
    sync: async (path) => {
      const syncId = newSyncId();
      const target = await chooseOutput(path)({ syncId });
      await runSync({ surface: connector, report: (id) => connector.report(id), target, syncId, tenantRoles });
    },
    [Symbol.asyncDispose]: async () => {
      connector.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
