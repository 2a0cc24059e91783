import type { FileRow } from './rows.ts';
import type { SyncSource } from './source.ts';

/** Types whose resources are no people, also where a file does not say so. */
const keyTypes = ['access_key', 'access_key_secret', 'management_key', 'management_key_secret'];

/**
 * A file without what is no person: keys, their secrets, and what they hold or inherit. People, and what they gave to
 * apps, stay. Its messages are those of the file.
 */
export function humansOnly(source: SyncSource): SyncSource {
  return {
    ...source,
    isHumansOnly: true,
    async *rows(signal) {
      const nonHuman = new Set(keyTypes);
      for await (const batch of source.rows(signal)) {
        yield batch.filter((row) => isOfPeople(row, nonHuman)).map(withoutKeys);
      }
    },
  };
}

/** Resources come before grants, so that the types of those who are no people are known by then. */
function isOfPeople(row: FileRow, nonHuman: Set<string>): boolean {
  if (row.kind !== 'unknown') {
    return true;
  }
  if (row.what === 'resource' && row.isNonHuman) {
    nonHuman.add(row.typeId);
  }
  return !nonHuman.has(row.what === 'resource' ? row.typeId : row.to.typeId);
}

function withoutKeys(row: FileRow): FileRow {
  return row.kind === 'inheritance' && row.keys !== '' ? { ...row, keys: '' } : row;
}
