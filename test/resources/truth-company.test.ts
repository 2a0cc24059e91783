import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../support/collect.ts';
import { factsOfRecords, factsOfRows, type JsonRows } from '../support/company-facts.ts';
import { startCompany } from '../support/company-sync.ts';
import { companyArbitrary } from '../support/company-worlds.ts';

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
});
