import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathJson } from '../../src/answers/answer-text.ts';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { type AnswerRow, holdersAnswered, linesOf } from '../interop/holders.ts';
import { temporaryFolder } from '../support/cli.ts';
import { collect } from '../support/collect.ts';
import {
  type CompanyFacts,
  factsOfRecords,
  factsOfRows,
  type JsonRows,
  rowsOfLines,
} from '../support/company-facts.ts';
import type { CompanyRecords } from '../support/company-records.ts';
import { type CompanyBench, startCompany } from '../support/company-sync.ts';
import { companyTruthOf } from '../support/company-truth.ts';
import { companyArbitrary, truthRowsOf } from '../support/company-worlds.ts';
import { holdersOf } from '../support/holder-truth.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const both = ['all', 'observed'] as const;

/** Says what differs, not all that there is. */
function expectFacts(rows: JsonRows, expected: CompanyFacts): void {
  const found = factsOfRows(rows, expected);
  for (const section of Object.keys(expected) as (keyof CompanyFacts)[]) {
    const [wanted, told] = [new Set(expected[section]), new Set(found[section])];
    const missing = [...wanted.difference(told)];
    const invented = [...told.difference(wanted)];
    expect({ section, missing, invented, twice: found[section].length - told.size }).toEqual({
      section,
      missing: [],
      invented: [],
      twice: 0,
    });
  }
}

async function forCompanies(
  numRuns: number,
  tenantRoles: 'all' | 'observed',
  check: (records: CompanyRecords, company: CompanyBench, expected: CompanyFacts) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(companyArbitrary, async (records) => {
    await using company = await startCompany(records, tenantRoles);
    await check(records, company, factsOfRecords(records, tenantRoles));
  });
  await fc.assert(property, { numRuns });
}

describe.each(both)('a whole company, with tenant roles "%s"', (tenantRoles) => {
  it('is in a JSON file exactly as its records say, and so are the counts of its consents', async () => {
    const seen = { merged: 0, tagged: 0, uncertain: 0, bound: 0 };
    await forCompanies(40, tenantRoles, async (records, company, expected) => {
      const path = join(folder.path, 'sync.json');
      await company.sync(path);

      const { summary, ...rows } = JSON.parse(await readFile(path, 'utf8')) as JsonRows & { readonly summary: unknown };
      expectFacts(rows, expected);
      const { expiredConsents, danglingConsents, grants } = companyTruthOf(records, Date.now());
      expect(summary).toMatchObject({
        third_party: { expired_consents: expiredConsents, dangling_consents: danglingConsents },
      });
      const consents = [...grants.keys()].filter((id) => id.startsWith('third_party_app:')).length;
      seen.merged += Number(records.consents.length - expiredConsents - danglingConsents > consents);
      seen.tagged += Number(expected.notes.some((line) => line.includes('"via":"tag"')));
      seen.uncertain += Number(expected.notes.some((line) => line.includes('"certainty":"uncertain"')));
      seen.bound += Number(expected.fields.some((line) => line.includes('"identityId":{"resource":"gone"')));
    });
    const { bound, ...met } = seen;
    expect(bound).toBe(0);
    expect(Math.min(...Object.values(met))).toBeGreaterThan(0);
  });

  it('is the same as lines, and over gRPC', async () => {
    await forCompanies(20, tenantRoles, async (_, company, expected) => {
      const path = join(folder.path, 'sync.ndjson');
      await company.sync(path);
      expectFacts(rowsOfLines(await readFile(path, 'utf8')), expected);

      const server = await startServer({ surface: company.connector, listen: '127.0.0.1:0' });
      const remote = connectSurface(server.address);
      const rows = await collect(remote, 'sync-2');
      remote.close();
      await server.stop(500);
      expectFacts(rows as unknown as JsonRows, expected); // rows as protobuf JSON
    });
  });

  it.each(['json', 'ndjson', 'c1z'])('is answered from a .%s file as its records say', async (extension) => {
    await forCompanies(15, tenantRoles, async (records, company) => {
      const path = join(folder.path, `asked.${extension}`);
      await company.sync(path);
      await using index = await createFileIndex(path);
      const holders = holdersOf(truthRowsOf(records));

      for (const { name } of records.permissions) {
        const answered = Array.from(whoCan(index, name).paths(), (one) => pathJson(one) as AnswerRow);
        expect(linesOf(holdersAnswered(answered))).toEqual(
          linesOf(holders.filter(({ permission }) => permission === name)),
        );
      }
    });
  });
});
