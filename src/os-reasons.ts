/**
 * What the codes of the operating system's errors mean, in words for people. ENOENT and EEXIST are not here: what is
 * missing or in the way depends on what was done, so whoever did it says it.
 */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file size limit is reached',
  EIO: 'the disk failed',
  EBADF: 'it is not open for writing',
  ENXIO: 'it is a pipe without a reader',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'the name is too long for the file system',
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'the machine has no such address',
  ENOTFOUND: 'there is no such host',
};

/** What EACCES means for a port. */
export const portReasons = { EACCES: 'this port needs more rights' } as const;

/**
 * SQLite's primary result codes that mean the disk or the file system. Above the lowest byte stands what exactly
 * failed.
 */
const sqliteReasons: Readonly<Record<number, string | undefined>> = {
  3: reasons['EACCES'],
  8: 'it, or the folder it is in, is read-only',
  10: reasons['EIO'],
  14: 'the file could not be opened: may this user read it, and its folder?',
};

/**
 * SQLite tells so that the file beside a database in which its processes meet cannot grow: it asks for a page of it, and
 * does not look why that failed. A full file system in memory (tmpfs) is what does that.
 */
const noRoomBeside = 10 + 19 * 256;

/** The code of a thrown error, such as ENOSPC; "unknown" where it has none. */
export function osCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}

/**
 * The meaning of a thrown error's code. `special` says what a code means here; a code that nobody knows is returned
 * itself.
 */
export function osReason(thrown: unknown, special: Readonly<Record<string, string>> = {}): string {
  const code = osCode(thrown);
  return special[code] ?? reasons[code] ?? code;
}

/** Whether a thrown error has one of these codes. */
export function hasOsCode(thrown: unknown, ...codes: readonly string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code));
}

/** Whether the operating system threw it: its errors name the call that failed. */
export function isOsError(thrown: unknown): thrown is Error & { readonly code: unknown } {
  return thrown instanceof Error && 'syscall' in thrown && 'code' in thrown;
}

/** SQLite's result code of a thrown error, the exact one; undefined where SQLite did not throw it. */
export function sqliteCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'errcode' in thrown ? Number(thrown.errcode) : undefined;
}

/** What an error of SQLite says of the disk or the file system; undefined where it says something else. */
export function sqliteReason(thrown: unknown): string | undefined {
  return isSqliteFull(thrown) ? reasons['ENOSPC'] : sqliteReasons[(sqliteCode(thrown) ?? 0) % 256];
}

/** Whether the disk or the quota takes no more, as the operating system or SQLite says it. */
export function isDiskFull(thrown: unknown): boolean {
  return hasOsCode(thrown, 'ENOSPC', 'EDQUOT') || isSqliteFull(thrown);
}

function isSqliteFull(thrown: unknown): boolean {
  const code = sqliteCode(thrown) ?? 0;
  return code % 256 === 13 || code === noRoomBeside;
}
