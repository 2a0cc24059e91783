import { beginIndex, type FileIndex, type GrowingIndex } from '../answers/file-index.ts';
import { rowsOfGrants, rowsOfResources } from '../answers/listed-rows.ts';
import type { FileRow } from '../answers/rows.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import { type Policy, policySchema } from '../checks/policy/schema.ts';
import { throwIfCancelled } from '../errors.ts';
import type { ResourceRow } from '../model/row.ts';
import type { FindingRows } from '../resources/sync/judging.ts';
import { bytesOfRows, type Judge, type JudgedRows, type JudgedSync } from '../services/judging.ts';
import { parseSummary } from '../sync-format/summary-schema.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { toSummary } from '../sync/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import { walk } from '../sync/walk.ts';
import { findingsOf } from './finding-table.ts';
import { takingTurns } from './turns.ts';

export interface JudgeOptions {
  /** What the rules are told by a policy; the built-in rules as they are when left out. */
  readonly policy?: Policy | undefined;
  /** Where the rows of a sync lie while it runs. */
  readonly work: WorkPlace;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** What an index is called in errors that are about a sync and no file. */
const name = 'the findings of the sync';
/** Judges syncs by the rules of `check`. The rows of a sync lie on disk, and are taken away when it ends. */
export function createJudge(options: JudgeOptions): Judge {
  const policy = options.policy ?? policySchema.parse({ version: 1 });
  return { begin: async () => new SyncRows({ ...options, policy }) };
}

class SyncRows implements JudgedRows {
  readonly #options: JudgeOptions & { readonly policy: Policy };
  readonly #ended = new AbortController();
  #rows: Promise<GrowingIndex> | undefined;
  #settled: FileIndex | undefined;
  /** Why the rows cannot be asked, and never will be. */
  #fault: { readonly thrown: unknown } | undefined;

  constructor(options: JudgeOptions & { readonly policy: Policy }) {
    this.#options = options;
  }

  users(rows: readonly ResourceRow[]): void {
    const taken = rowsOfResources(rows);
    this.#rows = this.#begun.then((index) => {
      index.put(taken);
      return index;
    });
    this.#rows.catch(() => undefined); // told by `judge`
  }

  async judge(sync: JudgedSync, asked: AbortSignal): Promise<FindingRows> {
    const signal = AbortSignal.any([asked, this.#ended.signal]);
    this.#settled ??= await this.#settle(sync, signal);
    await putLastLogins(this.#settled, sync, signal);
    return await findingsOf(
      checkByPolicy(this.#settled, { policy: this.#options.policy, nowMs: this.#now() }),
      this.#settled,
      signal,
    );
  }

  close(): void {
    this.#ended.abort();
    const open = this.#settled ?? this.#rows;
    this.#rows = undefined;
    void Promise.resolve(open)
      .then(async (index) => await index?.[Symbol.asyncDispose]())
      .catch(() => undefined); // a folder that is left is taken away by the next run
  }

  get #begun(): Promise<GrowingIndex> {
    this.#rows ??= beginIndex(name, {
      work: this.#options.work,
      doing: 'keep what findings are made of',
      cacheMib: bytesOfRows / 1024 / 1024,
    });
    return this.#rows;
  }

  /** Reads what is not read yet, and closes the rows. What a failed try has put in is put in again: it is there once. */
  async #settle(sync: JudgedSync, signal: AbortSignal): Promise<FileIndex> {
    if (this.#fault !== undefined) {
      throw this.#fault.thrown;
    }
    const rows = await this.#begun;
    const types = new Set(['user']);
    const turn = takingTurns(signal);
    // What the session has is answered at once: without turns nothing else of the process would have one.
    const put = async (taken: readonly FileRow[]): Promise<void> => {
      rows.put(taken);
      await turn();
    };
    await walk({
      surface: sync.surface,
      syncId: newSyncId(),
      shape: { typeIds: sync.typeIds },
      sink: {
        resourceTypes: async (listed) => listed.forEach(({ id }) => types.add(id)),
        resources: async (listed) => await put(rowsOfResources(listed)),
        entitlements: async () => undefined,
        grants: async (listed) => await put(rowsOfGrants(listed)),
      },
      signal,
    });
    throwIfCancelled(signal);
    try {
      return await rows.settleInTurns(
        { summary: this.#summaryOf(sync), types, isHumansOnly: false },
        takingTurns(this.#ended.signal),
      );
    } catch (thrown) {
      this.#fault = { thrown };
      throw thrown;
    }
  }

  #summaryOf({ report, beganAtMs, tenantRoles }: JudgedSync): FileSummary {
    const none = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} }; // no rule asks how many there are
    const run = { startedAtMs: beganAtMs, finishedAtMs: this.#now(), tenantRoles };
    const summary = parseSummary(toSummary(report, none, run, ''));
    if (summary === undefined) {
      throw new Error('the summary of a sync is not understood');
    }
    return summary;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

const usersAtOnce = 1000;

/** Enters when users last signed in, where the sync asks for it: that is told of users, and not with them. */
async function putLastLogins(
  { database, summary }: FileIndex,
  { lastLogins }: JudgedSync,
  signal: AbortSignal,
): Promise<void> {
  if (summary.last_login === 'off') {
    return;
  }
  const next = database.prepare('select n, id from user where n > ? order by n limit ?');
  const put = database.prepare('insert or replace into last_login (user, at) values (?, ?)');
  for (let last = 0; ;) {
    const users = next.all(last, usersAtOnce).map((row) => ({ n: Number(row['n']), id: String(row['id']) }));
    if (users.length === 0) {
      return;
    }
    const logins = await lastLogins(
      users.map(({ id }) => id),
      signal,
    );
    database.exec('begin');
    for (const { n, id } of users) {
      const at = logins.get(id);
      if (at !== undefined) {
        put.run(n, at);
      }
    }
    database.exec('commit');
    last = users.at(-1)?.n ?? last;
  }
}
