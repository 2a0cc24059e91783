import { projectCreated } from '../family.ts';
import { randomId } from '../random.ts';
import { toUserRecord } from './records.ts';
import type { UserRecord, UserSeed } from './records.ts';

/** The users a project starts with, by index in creation order. Never changes; changes are laid over it. */
export interface UserSource {
  readonly size: number;
  at(index: number): UserRecord;
  /** Cheaper than `at`; non-decreasing with the index. */
  createdTimeAt(index: number): number;
  /** Cheaper than `at`. */
  isTestAt(index: number): boolean;
  indexOfUserId(userId: string): number | undefined;
  /** Indexes of users that may have this login id, email or phone; the caller checks. */
  candidates(text: string): readonly number[];
}

/** Users stated one by one, sorted by created time, ties as given. */
export function createListedUsers(seeds: readonly UserSeed[], seed: number): UserSource {
  const records = seeds
    .map((user, at) => toUserRecord(user, randomId('U', seed, `listed user ${at}`), projectCreated + at))
    .sort((a, b) => a.createdTime - b.createdTime);
  const byId = new Map(records.map((record, at) => [record.userId, at]));
  const byText = Map.groupBy(
    records.flatMap((record, at) =>
      [...new Set([...record.loginIds, record.email, record.phone])].map((text) => ({ text, at })),
    ),
    (entry) => entry.text,
  );

  const at = (index: number): UserRecord => {
    const record = records[index];
    if (!record) throw new RangeError(`no user has index ${index}`);
    return record;
  };
  return {
    size: records.length,
    at,
    createdTimeAt: (index) => at(index).createdTime,
    isTestAt: (index) => at(index).test,
    indexOfUserId: (userId) => byId.get(userId),
    candidates: (text) => (byText.get(text) ?? []).map((entry) => entry.at),
  };
}
