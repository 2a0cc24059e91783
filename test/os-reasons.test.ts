import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../src/errors.ts';
import { hasOsCode, isDiskFull, isOsError, osCode, osReason, sqliteReason } from '../src/os-reasons.ts';
import { sortIn } from '../src/sync-format/sort-in.ts';

const thrown = (code: string): Error => Object.assign(new Error('x'), { code, syscall: 'write' });

describe('a reason of the operating system', () => {
  it('is told in words, in those of the caller first, and as its code where nobody knows it', () => {
    expect(osReason(thrown('ENOSPC'))).toBe('the disk is full');
    expect(osReason(thrown('ENOENT'), { ENOENT: 'the folder does not exist' })).toBe('the folder does not exist');
    expect([osReason(thrown('ENOENT')), osReason(thrown('EWEIRD')), osReason(new Error('x'))]).toEqual([
      'ENOENT',
      'EWEIRD',
      'unknown',
    ]);
  });

  it('is known by its code, where there is one', () => {
    expect([osCode(thrown('EROFS')), osCode('EROFS')]).toEqual(['EROFS', 'unknown']);
    expect([hasOsCode(thrown('ENOENT'), 'ENOTDIR', 'ENOENT'), hasOsCode(new Error('x'), 'unknown')]).toEqual([
      true,
      false,
    ]);
    expect([isOsError(thrown('EIO')), isOsError(new Error('x'))]).toEqual([true, false]);
  });

  it('is that of a full disk where the file beside a database cannot grow, and of a failed one for other faults of it', () => {
    const sqlite = (errcode: number): Error => Object.assign(new Error('disk I/O error'), { errcode });
    expect([4_874, 778].map((code) => [isDiskFull(sqlite(code)), sqliteReason(sqlite(code))])).toEqual([
      [true, 'the disk is full'],
      [false, 'the disk failed'],
    ]);
  });

  it('is told where a database cannot sort in a folder', () => {
    const database = new DatabaseSync(':memory:');
    expect(() => sortIn(database, '/nowhere/at all')).toThrow(
      new ConnectorError(
        'local-io',
        'cannot write temporary files into /nowhere/at all: this user may not write there; make the folder writable',
      ),
    );
    database.close();
  });

  it('is the same for a full disk, whether the system or SQLite says it', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('pragma page_size = 512; create table t (x); pragma max_page_count = 3;');
    let full: unknown;
    try {
      database.exec('insert into t select randomblob(10000)');
    } catch (error) {
      full = error;
    }
    database.close();

    expect([isDiskFull(full), sqliteReason(full)]).toEqual([true, 'the disk is full']);
    expect([isDiskFull(thrown('EDQUOT')), isDiskFull(thrown('EIO')), sqliteReason(thrown('EIO'))]).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});
