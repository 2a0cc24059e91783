import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../support/collect.ts';
import { factsOfRecords, factsOfRows, type JsonRows } from '../support/company-facts.ts';
import type { CompanyRecords } from '../support/company-records.ts';
import { startCompany } from '../support/company-sync.ts';
import { companyArbitrary } from '../support/company-worlds.ts';
import { plainProjectId } from '../support/plain-server.ts';

const noRecords: CompanyRecords = {
  users: [],
  tenants: [],
  roles: [],
  permissions: [],
  keys: [],
  apps: [],
  thirdPartyApps: [],
  consents: [],
  projects: [],
  descopers: [],
  managementKeys: [],
};

describe('keys, applications, consents and the console', () => {
  it('are told exactly as their records say, field by field', async () => {
    const property = fc.asyncProperty(companyArbitrary, async (records) => {
      await using company = await startCompany(records, 'all');

      const rows = await collect(company.connector, 'sync-1');

      const expected = factsOfRecords(records, 'all');
      expect(factsOfRows(rows as unknown as JsonRows, expected)).toEqual(expected); // rows as protobuf JSON
    });

    await fc.assert(property, { numRuns: 4 });
  });

  it('name the roles of a management key that only a tag gives which the project may not have', async () => {
    const projects = [{ id: plainProjectId, name: 'Plain', environment: '', tags: ['emea'] }];
    const reBac = {
      companyRoles: [],
      projectRoles: [{ projectIds: [plainProjectId], roles: ['read'] }],
      tagRoles: [{ tags: ['emea', 'retired'], roles: ['write'] }],
    };
    const times = { createdTime: 0, expireTime: 0 };
    const managementKeys = [
      { id: 'M1', name: 'Deploys', description: '', status: 'active', permittedIps: [], reBac, ...times },
    ];
    await using company = await startCompany({ ...noRecords, projects, managementKeys }, 'all');

    const { grants } = await collect(company.connector, 'sync-1');

    expect(grants).toMatchObject([
      { annotations: [{ metadata: { roles: ['read', 'write'], certainty: 'uncertain', uncertain_roles: ['write'] } }] },
    ]);
  });
});
