import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Emulator, EmulatorOptions, Fault } from '../../src/emulator/emulator.ts';
import { ConnectorError } from '../../src/errors.ts';
import { encode } from '../../src/model/wire-writer.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import { Secret } from '../../src/secret.ts';
import { runSync } from '../../src/sync/run.ts';
import type { SyncSummary } from '../../src/sync/summary.ts';
import { walk } from '../../src/sync/walk.ts';
import { fakeTime } from '../descope/support.ts';
import { temporaryFolder } from './cli.ts';
import { startEmbedded } from './embedded.ts';

/** The key that the emulator takes for one of the company. */
const usualCompanyKey = 'emulator-company-key';

/** Through the gRPC server and a client of it, or as the one-shot sync into a file. */
export const faultWays = ['grpc', 'file'] as const;
export type FaultWay = (typeof faultWays)[number];

/** Stands in every field that is secret, and in fields that nobody knows; it may be seen nowhere. */
export const canary = 'canary-4f1d-do-not-tell';

/** What a sync under faults reads. */
export interface FaultSyncOptions {
  readonly emulator: EmulatorOptions;
  readonly include: readonly string[];
}

export interface FaultOutcome {
  readonly ids: readonly string[];
  readonly failure: ConnectorError | undefined;
  readonly summary: SyncSummary | undefined;
  readonly emulator: Emulator;
  /** What the client waited for, in milliseconds. */
  readonly slept: readonly number[];
}

/** One sync with included types, while something goes wrong. Nothing that it says or writes may hold the canary. */
export async function syncUnderFaults(
  { emulator: emulatorOptions, include }: FaultSyncOptions,
  way: FaultWay,
  arm: (emulator: Emulator) => void,
): Promise<FaultOutcome> {
  const time = fakeTime();
  const companyKey = new Secret(usualCompanyKey);
  const said: string[] = [];
  const say =
    (level: string) =>
    (message: string, fields: object = {}) =>
      void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
  await using embedded = await startEmbedded({
    emulator: emulatorOptions,
    policy: { tenantRoles: 'observed', include },
    client: {
      now: time.now,
      sleep: time.sleep,
      random: () => 0.5,
      longestRateWaitMs: 600_000,
      logger,
      companyKey: () => companyKey,
    },
  });
  const { emulator, connector, remote } = embedded;
  arm(emulator);
  const ids: string[] = [];
  try {
    if (way === 'grpc') {
      await walk({
        surface: remote,
        syncId: 'faults',
        sink: {
          resourceTypes: async () => undefined,
          resources: async (rows) => {
            ids.push(...rows.map(({ typeId, id }) => `${typeId}:${id}`));
            said.push(...rows.map((row) => Buffer.from(encode((out) => row.write(out))).toString('latin1')));
          },
          entitlements: async () => undefined,
          grants: async (rows) => void ids.push(...rows.map(({ message }) => message.id)),
        },
      });
      return { ids, failure: undefined, summary: undefined, emulator, slept: time.slept };
    }
    return { ...(await intoFile(connector, said)), failure: undefined, emulator, slept: time.slept };
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) {
      throw thrown;
    }
    said.push(thrown.message, JSON.stringify(thrown.facts), thrown.stack ?? '');
    return { ids: [], failure: thrown, summary: undefined, emulator, slept: time.slept };
  } finally {
    expect(said.filter((text) => text.includes('canary'))).toEqual([]);
    expect(said.length).toBeGreaterThan(0);
  }
}

async function intoFile(
  connector: Awaited<ReturnType<typeof startEmbedded>>['connector'],
  said: string[],
): Promise<Pick<FaultOutcome, 'ids' | 'summary'>> {
  await using folder = await temporaryFolder();
  const out = join(folder.path, 'sync.json');
  await writeFile(out, 'old');
  try {
    const summary = await runSync({
      surface: connector,
      report: (syncId) => connector.report(syncId),
      target: await createSyncFile(out),
    });
    const text = await readFile(out, 'utf8');
    said.push(text);
    const file = JSON.parse(text) as {
      readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
      readonly grants: readonly { readonly id: string }[];
    };
    return {
      summary,
      ids: [...file.resources.map(({ id }) => `${id.resourceType}:${id.resource}`), ...file.grants.map(({ id }) => id)],
    };
  } catch (thrown) {
    expect(await readFile(out, 'utf8'), 'a sync that failed touched the old file').toBe('old');
    throw thrown;
  } finally {
    expect(await readdir(folder.path)).toEqual(['sync.json']);
  }
}

/** Arms a fault at the nth request to a call, and at as many after it. */
export const faultAt =
  (endpoint: string, what: Fault, nth = 1, times = 1) =>
  (emulator: Emulator): void =>
    void emulator.faults.add({ match: { endpoint, nth }, times, fault: what });

export function expectFired({ emulator }: FaultOutcome): void {
  expect(emulator.faults.fired().every(({ fired }) => fired > 0)).toBe(true);
}

/** Faults that no retry mends, each with the exit code of a sync that meets it at every try. */
export const failingForEver: readonly (readonly [string, Fault, number])[] = [
  ['a 401', { kind: 'status', status: 401 }, 3],
  ['a 403', { kind: 'status', status: 403 }, 3],
  ['a 500', { kind: 'status', status: 500 }, 4],
  ['a cut body', { kind: 'truncate', how: 'well-framed' }, 5],
  ['an empty object', { kind: 'body', body: 'object' }, 5],
  ['a page of HTML', { kind: 'body', body: 'html' }, 5],
  ['an empty body', { kind: 'body', body: 'empty' }, 5],
  ['an error in a 200', { kind: 'body', body: 'error-envelope' }, 5],
  ['a redirect', { kind: 'redirect', status: 302, location: 'https://elsewhere.example' }, 5],
  ['a text', { kind: 'mutate', change: () => 'text' }, 5],
  ['a list of numbers', { kind: 'mutate', change: () => [7] }, 5],
];
