import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ConnectorError } from '../errors.ts';
import type { SyncFileKind } from '../sync-format/layout.ts';
import { shownStore } from '../store-url.ts';
import { openC1zSource } from './c1z-source.ts';
import { reading } from './faults.ts';
import { openJsonSource } from './json-source.ts';
import { openNdjsonSource } from './ndjson-source.ts';
import type { SyncSource } from './source.ts';
import { systemWorkPlace, type WorkPlace } from './work-place.ts';

type Open = (path: string, size: number, work: WorkPlace) => Promise<SyncSource>;

const openers: Readonly<Record<string, Open>> = {
  '.json': openJsonSource,
  '.ndjson': openNdjsonSource,
  '.c1z': openC1zSource,
} satisfies Record<SyncFileKind, Open>;

export interface OpenOptions {
  /** The kind of file, where its name does not tell it. */
  readonly extension?: string;
  /** Where a packed file is unpacked. */
  readonly work?: WorkPlace | undefined;
}

/**
 * Opens a file that `sync` or `export` wrote, by its extension. Errors: `local-io` when it cannot be read, `config` for
 * an extension that is not read, `invalid` for a file that is none of ours, `inconsistent` for one that is not
 * complete.
 */
export async function openSource(
  path: string,
  { extension = extname(path).toLowerCase(), work = systemWorkPlace }: OpenOptions = {},
): Promise<SyncSource> {
  const open = Object.hasOwn(openers, extension) ? openers[extension] : undefined;
  if (open === undefined) {
    throw new ConnectorError(
      'config',
      `cannot answer from ${shownStore(path)}: give a file that ends with .json, .ndjson or .c1z`,
    );
  }
  const status = await reading(path, () => stat(path));
  if (!status.isFile()) {
    throw new ConnectorError('local-io', `cannot read ${path}: it is not a file`);
  }
  return await open(path, status.size, work);
}
