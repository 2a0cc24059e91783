import { loginOf } from './login.ts';
import { createByteSink } from './report-bytes.ts';
import { userBlockSize, userFlags } from './report-format.ts';
import { unlisted } from './report-tables.ts';
import type { FileUser } from './rows.ts';

/** Numbers users in the order in which they come, and gives them out in blocks of columns. */
export interface UserBlocks {
  add(user: FileUser): void;
  /**
   * The ordinal of a user whom a change is about; one whom only the older file has is read from there, and marked as
   * former.
   */
  ordinalOfFormer(id: string, read: (id: string) => FileUser): number;
  /** Throws `inconsistent` for a user that the file does not list. */
  ordinalOf(id: string): number;
  /** Undefined for a user that the file does not list. */
  find(id: string): number | undefined;
  /** The number of a status. */
  statusNumber(word: string): number;
  flush(): void;
  count(): number;
  statuses(): readonly string[];
}

export function createUserBlocks(emit: (block: Uint8Array) => void): UserBlocks {
  const ordinals = new Map<string, number>();
  const statuses = new Map<string, number>();
  let block: { readonly user: FileUser; readonly status: number; readonly flags: number }[] = [];

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

  function append(user: FileUser, mark = 0): number {
    const ordinal = ordinals.size;
    ordinals.set(user.id, ordinal);
    block.push({ user, status: statusNumber(user.status), flags: flagsOf(user) | mark });
    if (block.length === userBlockSize) {
      flush();
    }
    return ordinal;
  }

  return {
    flush,
    statusNumber,
    add: (user) => {
      if (!ordinals.has(user.id)) {
        append(user); // of a user who is listed twice, the first counts
      }
    },
    ordinalOfFormer: (id, read) => ordinals.get(id) ?? append(read(id), userFlags.former),
    ordinalOf: (id) => {
      const known = ordinals.get(id);
      if (known === undefined) {
        throw unlisted('user', id);
      }
      return known;
    },
    find: (id) => ordinals.get(id),
    count: () => ordinals.size,
    statuses: () => Array.from(statuses.keys()),
  };
}

function encodeBlock(
  block: readonly { readonly user: FileUser; readonly status: number; readonly flags: number }[],
): Uint8Array {
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
function loginBesides(user: FileUser): string {
  const login = loginOf(user);
  return login === user.email || login === user.id ? '' : login;
}

function flagsOf(user: FileUser): number {
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
