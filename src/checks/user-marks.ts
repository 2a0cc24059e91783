import type { DatabaseSync } from 'node:sqlite';
import { foldAddress } from '../model/address.ts';

/** What rules ask of every user, looked up in one pass over all of them. Users are named by number. */
export interface UserMarks {
  readonly tests: readonly number[];
  readonly invited: readonly number[];
  /** Folded, the addresses that more than one user seems to have: one too many may be among them, none lacks. */
  readonly sharedEmails: readonly string[];
}

/** So many users are read as one text each: several times as fast as row by row. */
const atOnce = 5_000;

export function markUsers(database: DatabaseSync, users: number): UserMarks {
  const next = database.prepare(`select max(n) last, json_group_array(n) filter (where is_test = 1) tests,
      json_group_array(n) filter (where status = 'invited') invited,
      json_group_array(email) filter (where email <> '') emails
    from (select n, is_test, status, email from user where n > ? order by n limit ?)`);
  const marks = { tests: new Array<number>(), invited: new Array<number>(), sharedEmails: new Set<string>() };
  const isSeen = createSeen(users);
  for (let last = -1; ;) {
    const row = next.get(last, atOnce);
    if (typeof row?.['last'] !== 'number') {
      return { ...marks, sharedEmails: [...marks.sharedEmails] };
    }
    last = row['last'];
    marks.tests.push(...numbersIn(row['tests']));
    marks.invited.push(...numbersIn(row['invited']));
    for (const email of listIn(row['emails'])) {
      if (isSeen(String(email))) {
        marks.sharedEmails.add(foldAddress(String(email)));
      }
    }
  }
}

function listIn(json: unknown): readonly unknown[] {
  const list: unknown = JSON.parse(String(json));
  return Array.isArray(list) ? list : [];
}

function numbersIn(json: unknown): number[] {
  return listIn(json).map(Number);
}

/** Says of each address whether it came before, in any case of its letters. Kept are 64 bits of each of `count` texts: two that are alike in these are taken for one. */
function createSeen(count: number): (text: string) => boolean {
  const size = 2 ** Math.ceil(Math.log2(2 * count + 2));
  const [firsts, seconds] = [new Int32Array(size), new Int32Array(size)];
  const isSeen = (text: string, isFolded = false): boolean => {
    let [first, second] = [0x811c9dc5, text.length];
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at);
      if (code > 127 && !isFolded) {
        return isSeen(foldAddress(text), true);
      }
      if (code >= 65 && code <= 90) {
        code |= 32; // as the folded form has it, which is not made for the most of them
      }
      first = Math.imul(first ^ code, 0x01000193);
      second = Math.imul(second ^ code, 0x85ebca6b);
      second ^= second >>> 15;
    }
    first |= 1; // 0 is an empty place
    for (let place = (first ^ (first >>> 13)) & (size - 1); ; place = (place + 1) & (size - 1)) {
      if (firsts[place] === 0) {
        firsts[place] = first;
        seconds[place] = second;
        return false;
      }
      if (firsts[place] === first && seconds[place] === second) {
        return true;
      }
    }
  };
  return isSeen;
}
