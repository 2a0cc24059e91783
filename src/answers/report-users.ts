import { loginOf } from './login.ts';
import { createByteSink } from './report-bytes.ts';
import { userBlockSize, userFlags } from './report-format.ts';
import { unlisted } from './report-tables.ts';
import type { UserRow } from './rows.ts';

/** Numbers users in the order in which they come, and gives them out in blocks of columns. */
export interface UserBlocks {
  /** A user of the older file is written only when the newer one lacks them, and is marked as former. */
  add(user: UserRow, older: boolean): void;
  beginOlder(): void;
  /** Throws `inconsistent` for a user that the file does not list. */
  ordinalOf(id: string): number;
  flush(): void;
  count(): number;
  statuses(): readonly string[];
  /** Users that only the newer file has. Needs the older one to be read to its end. */
  newUsers(): readonly number[];
  /** Users whose status changed, with the old one's number. */
  statusBefore(): readonly (readonly [number, number])[];
}

export function createUserBlocks(emit: (block: Uint8Array) => void): UserBlocks {
  const ordinals = new Map<string, number>();
  const statuses = new Map<string, number>();
  const statusOf: number[] = [];
  const changed: [number, number][] = [];
  let block: { readonly user: UserRow; readonly status: number; readonly flags: number }[] = [];
  let newerCount = 0;
  let seen = new Uint8Array();

  function statusNumber(word: string): number {
    const known = statuses.get(word) ?? statuses.size;
    statuses.set(word, known);
    return known;
  }

  function flush(): void {
    if (block.length > 0) {
      emit(encodeBlock(block));
      block = [];
    }
  }

  function append(user: UserRow, mark = 0): void {
    ordinals.set(user.id, ordinals.size);
    block.push({ user, status: statusNumber(user.status), flags: flagsOf(user) | mark });
    if (block.length === userBlockSize) {
      flush();
    }
  }

  return {
    flush,
    add: (user, older) => {
      const known = ordinals.get(user.id);
      const status = statusNumber(user.status);
      if (!older) {
        if (known === undefined) {
          statusOf.push(status); // of a user who is listed twice, the first counts
          append(user);
        }
        return;
      }
      if (known === undefined) {
        append(user, userFlags.former);
        return;
      }
      seen[known] = 1;
      if (statusOf[known] !== undefined && statusOf[known] !== status) {
        changed.push([known, status]);
      }
    },
    beginOlder: () => {
      newerCount = ordinals.size;
      seen = new Uint8Array(newerCount);
    },
    ordinalOf: (id) => {
      const known = ordinals.get(id);
      if (known === undefined) {
        throw unlisted('user', id);
      }
      return known;
    },
    count: () => ordinals.size,
    statuses: () => Array.from(statuses.keys()),
    newUsers: () => Array.from({ length: newerCount }, (_, ordinal) => ordinal).filter((ordinal) => seen[ordinal] === 0),
    statusBefore: () => changed,
  };
}

function encodeBlock(block: readonly { readonly user: UserRow; readonly status: number; readonly flags: number }[]): Uint8Array {
  const bytes = createByteSink();
  bytes.number(block.length);
  block.forEach(({ status }) => bytes.number(status));
  block.forEach(({ flags }) => bytes.number(flags));
  let before = 0;
  for (const { user } of block) {
    const seconds = secondsOf(user.createdAt);
    bytes.signed(seconds - before); // users come in order of creation: small numbers
    before = seconds;
  }
  const users = block.map(({ user }) => user);
  bytes.texts(users.map(({ id }) => id));
  bytes.texts(users.map(({ name }) => name));
  bytes.texts(users.map(({ email }) => email));
  bytes.texts(users.map(loginBesides));
  return bytes.take();
}

/** The login, where neither email nor id say the same. */
function loginBesides(user: UserRow): string {
  const login = loginOf(user);
  return login === user.email || login === user.id ? '' : login;
}

function flagsOf(user: UserRow): number {
  return (
    (user.isTest ? userFlags.test : 0) |
    (user.isEmailVerified ? userFlags.emailVerified : 0) |
    (user.isPhoneVerified ? userFlags.phoneVerified : 0) |
    (user.phone === '' ? 0 : userFlags.phone) |
    (user.hasMfa ? userFlags.mfa : 0) |
    (user.hasSso ? userFlags.sso : 0) |
    (user.isScim ? userFlags.scim : 0)
  );
}

/** Whole seconds since 1970; 0 for a time that is missing, not understood, or before that. */
function secondsOf(time: string): number {
  const seconds = Math.floor(Date.parse(time) / 1000);
  return seconds > 0 && seconds < 2 ** 32 ? seconds : 0;
}
