import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileIndex } from '../answers/file-index.ts';
import type { Environment } from '../config/environment.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { newestOf } from '../fleet/newest.ts';
import { listKeys } from '../fleet/s3/listing.ts';
import { openHistory } from '../history/open-history.ts';
import type { OutputFormat } from '../output/kept-files.ts';
import { temporaryPlace } from '../output/work-places.ts';
import { printable } from '../printable.ts';
import { copyLatest } from './fleet-latest.ts';
import { copyObject, openProjectS3, type OpenedS3 } from './fleet-s3.ts';
import { readIndex, type ReadOptions } from './read-index.ts';

type Needs = Pick<ReadOptions, 'question' | 'isLean' | 'isWhole'>;

/** The index of a project's newest sync; with other needs it is opened anew. */
export type OpenIndex = (needs?: Needs) => Promise<FileIndex>;

/** What can be read of a project. All of it goes away with the stack that it was made with. */
export interface ProjectSource {
  /** As errors and answers name it. */
  readonly place: string;
  readonly open: OpenIndex;
  /** Where it is for whoever reads it as a whole: a file, or a store and the project in it. */
  readonly where: () => Promise<Where>;
  /**
   * As it was at a moment. `isShort` where nothing is kept from so long ago: then it is the oldest one that is kept.
   */
  readonly past: (atMs: number, needs?: Needs) => Promise<{ readonly index: FileIndex; readonly isShort: boolean }>;
}

export type Where = Pick<ReadOptions, 'project' | 'at'> & { readonly path: string };

/** A place in which one sync stands, or several of one project. */
interface Place {
  readonly shown: string;
  readonly newest: () => Promise<Where>;
  /** By when they finished, the oldest first; each is brought here when it is wanted. */
  readonly all: () => Promise<readonly { readonly ms: number; readonly bring: Place['newest'] }[]>;
}

/**
 * Where the newest complete sync of a project is: its store, else its bucket, else its folder; undefined where there is
 * none in any. What cannot be read is an error, and not passed over: what comes behind may be older.
 */
export async function sourceOf(
  project: FleetProject,
  {
    env,
    signal,
    stack,
  }: { readonly env: Environment; readonly signal: AbortSignal; readonly stack: AsyncDisposableStack },
): Promise<ProjectSource | undefined> {
  const place = await placeOf(project, { env, signal, stack });
  if (place === undefined) {
    return undefined;
  }
  const read = async ({ path, ...where }: Where, needs: Needs): Promise<FileIndex> => {
    const index = stack.use(await readIndex(path, signal, { ...needs, ...where }));
    refuseOther(index, project);
    return index;
  };
  return {
    place: place.shown,
    open: async (needs = {}) => await read(await place.newest(), needs),
    where: place.newest,
    past: async (atMs, needs = {}) => {
      const all = await place.all();
      const found = all.findLast(({ ms }) => ms <= atMs) ?? all[0];
      const index = await read(await (found?.bring ?? place.newest)(), needs);
      return { index, isShort: found === undefined || found.ms > atMs };
    },
  };
}

async function placeOf(
  project: FleetProject,
  context: { readonly env: Environment; readonly signal: AbortSignal; readonly stack: AsyncDisposableStack },
): Promise<Place | undefined> {
  const newest = await newestOf(project);
  if (newest?.kind === 'store') {
    return storePlace(newest.path, project);
  }
  const s3 = await openProjectS3(project, context);
  const latest = await s3?.output.latest();
  if (s3 !== undefined && latest !== undefined) {
    return bucketPlace(s3, latest.pointer.format, project, context);
  }
  return newest === undefined ? undefined : folderPlace(newest.path, project);
}

function storePlace(path: string, { id }: FleetProject): Place {
  return {
    shown: path,
    newest: () => Promise.resolve({ path, project: id }),
    all: async () => {
      await using store = await openHistory(path);
      return (await store.syncs(id)).map(({ finishedMs: ms }) => ({
        ms,
        bring: () => Promise.resolve({ path, project: id, at: ms }),
      }));
    },
  };
}

/** "sync-20261125T161639.123Z", in the name of a file or an object. */
const stamp = /(?:^|\/)sync-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z/;

function stampOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = stamp.exec(name) ?? [];
  return year === undefined ? undefined : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function folderPlace(path: string, { folder, format }: FleetProject): Place {
  return {
    shown: path,
    newest: () => Promise.resolve({ path }),
    all: async () =>
      (await readdir(folder)).toSorted().flatMap((name) => {
        const ms = name.endsWith(`.${format}`) ? stampOf(name) : undefined;
        return ms === undefined ? [] : [{ ms, bring: () => Promise.resolve({ path: join(folder, name) }) }];
      }),
  };
}

/** What is in a bucket is brought into a folder that goes away. */
function bucketPlace(
  s3: OpenedS3,
  format: OutputFormat,
  project: FleetProject,
  context: { readonly env: Environment; readonly signal: AbortSignal; readonly stack: AsyncDisposableStack },
): Place {
  const { client, place } = s3;
  const fresh = async (): Promise<string> => context.stack.use(await temporaryPlace().makeFolder()).path;
  return {
    shown: client.placeOf(`${place.prefix}/latest.json`),
    newest: async () => {
      const path = join(await fresh(), `latest.${format}`);
      await copyLatest(project, path, context);
      return { path };
    },
    all: async () =>
      (await listKeys(client, `${place.prefix}/sync-`)).flatMap((key) => {
        const ms = stampOf(key);
        const bring = async (): Promise<{ readonly path: string }> => {
          const path = join(await fresh(), key.slice(key.lastIndexOf('/') + 1));
          await copyObject(s3, key, path);
          return { path };
        };
        return ms === undefined ? [] : [{ ms, bring }];
      }),
  };
}

function refuseOther({ path, summary: { projectId } }: FileIndex, { id }: FleetProject): void {
  if (projectId !== undefined && projectId !== id) {
    throw new ConnectorError(
      'inconsistent',
      `${printable(path)} is of the project ${printable(projectId)}, and not of ${id}`,
    );
  }
}
