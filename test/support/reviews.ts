import { readFile, writeFile } from 'node:fs/promises';
import { createConnector } from '../../src/connector.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import {
  decisionsFormat,
  decisionsText,
  type DecidedRow,
  type Decision,
  reviewVersion,
} from '../../src/review/format.ts';
import { rowsIn } from '../../src/review/data.ts';
import { sealOf } from '../../src/review/hash.ts';
import { readReviewPage } from '../../src/review/read-page.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { clientOf } from './embedded.ts';

export interface MadeDecision {
  readonly decision: Decision;
  readonly reason?: string;
}

const savedAt = '2026-11-30T12:00:00.000Z';

/** Decides of a page as a browser would, and writes the file of decisions; `decide` is asked of each row. */
export async function decideAll(
  pagePath: string,
  decisionsPath: string,
  decide: (row: DecidedRow, place: number) => MadeDecision | undefined,
): Promise<readonly DecidedRow[]> {
  const data = readReviewPage(pagePath, await readFile(pagePath, 'utf8'));
  const rows = rowsIn(data, 'rows').map((row, place): DecidedRow => {
    const made = decide(row, place);
    return made === undefined ? row : Object.assign({}, row, made, { at: '2026-11-30T11:00:00.000Z' });
  });
  const { review, about } = data;
  const seal = sealOf({ review, savedAt, rows });
  await writeFile(
    decisionsPath,
    decisionsText({ format: decisionsFormat, version: reviewVersion, review, about, savedAt, seal, rows }),
  );
  return rows;
}

/** Writes a sync of an embedded project, with everything that decisions can be about. */
export async function syncEmbedded(emulator: Emulator, path: string): Promise<void> {
  const include = ['access_key', 'application', 'third_party_app', 'sso_configuration', 'idp_group'];
  const connector = createConnector({
    project: clientOf(emulator),
    policy: { tenantRoles: 'all', maxDangling: 1_000_000, include },
  });
  const syncId = newSyncId();
  const target = await chooseOutput(path)({ syncId });
  await runSync({ surface: connector, report: (id) => connector.report(id), target, syncId, tenantRoles: 'all' });
  connector.close();
}
