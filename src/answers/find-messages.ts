import type { Section } from '../sync-format/layout.ts';
import type { StoredMessage } from '../sync-format/stored-rows.ts';
import type { SyncSource } from './source.ts';

/** Names one row of a file: a resource by `<type>:<id>`, any other by its id. */
export interface RowName {
  readonly section: Section;
  readonly id: string;
}

/**
 * The rows of these names, each in the place of its name; undefined for one that the file does not have. A database is
 * asked for them; any other file is read through, so that one that is damaged is noticed.
 */
export async function findMessages(
  source: SyncSource,
  wanted: readonly RowName[],
  signal?: AbortSignal,
): Promise<readonly (StoredMessage | undefined)[]> {
  if (source.find !== undefined) {
    return wanted.map((name) => source.find?.(name));
  }
  const found = new Map<string, StoredMessage>();
  const keys = new Set(wanted.map(keyOf));
  for await (const batch of source.messages(signal)) {
    for (const stored of batch) {
      const key = keyOf(nameOf(stored));
      if (keys.has(key) && !found.has(key)) {
        found.set(key, stored);
      }
    }
  }
  return wanted.map((name) => found.get(keyOf(name)));
}

function keyOf({ section, id }: RowName): string {
  return `${section}\n${id}`;
}

function nameOf({ section, message }: StoredMessage): RowName {
  return section === 'resources'
    ? { section, id: `${message.id?.resourceType ?? ''}:${message.id?.resource ?? ''}` }
    : { section, id: message.id };
}
