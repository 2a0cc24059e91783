import { copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { osReason } from '../os-reasons.ts';
import { openKeptFiles } from '../output/kept-files.ts';
import type { Lease, Made, NewEvent } from './engine.ts';
import type { FleetProject } from './fleet.ts';

/** The place of a sync that is under way, in the folder of its project. */
export interface Staged {
  /** Where the sync writes to: what is `latest` now stands there, too, so that it is compared with that. */
  readonly path: string;
  /** Its place. */
  readonly latest: string;
  /**
   * Makes it `latest`, in one step. Throws `conflict` where somebody else replaced `latest` since the sync began: theirs
   * may be newer. What is told of it stays beside it until `keep`, for `placedBefore`.
   */
  readonly place: (told: ToldOfPlaced) => void;
  /** Gives what is latest a name of its own, and takes the oldest files away. */
  readonly keep: () => Promise<void>;
  /** Takes away what is left of it. */
  readonly discard: () => void;
}

/** What the engine is told of a sync once it is in its place. */
export interface ToldOfPlaced {
  readonly made: Made;
  readonly events: readonly NewEvent[];
}

/** A sync that is in its place, which the engine does not know yet. */
export interface PlacedBefore extends ToldOfPlaced {
  /** Throws `conflict` where it is there no more. */
  readonly place: () => void;
  readonly keep: () => Promise<void>;
}

const asideOf = (folder: string): string => join(folder, '.unfinished');

/**
 * What an earlier try of a run put into its place without coming to write that down: its process was killed in between, or
 * the engine went away. It need not be done again. Undefined where there is none, or something else is latest by now.
 */
export function placedBefore(project: FleetProject, { run }: Pick<Lease, 'run'>): PlacedBefore | undefined {
  const { folder, format, keep } = project;
  const kept = openKeptFiles(folder, format, keep);
  const stands = identityOf(kept.latest);
  const note = readNote(notePath(folder, run));
  if (note === undefined || note.file !== stands) {
    return undefined;
  }
  return {
    made: note.made,
    events: note.events,
    place: () => refuseOther(kept.latest, stands),
    keep: async () => await keepPlaced(project),
  };
}

/**
 * Begins a sync to the side of its place. A project has one run at a time: what another one left unfinished is taken
 * away, and whoever still writes to it fails.
 */
export async function stageFile(project: FleetProject, { run, token }: Pick<Lease, 'run' | 'token'>): Promise<Staged> {
  const { folder, format, keep } = project;
  const kept = openKeptFiles(folder, format, keep);
  const { latest } = kept;
  const aside = asideOf(folder);
  const path = join(aside, `${run}-${token}.${format}`);
  const before = identityOf(latest);
  inFolder(folder, 'make room for a sync in', () => {
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    if (before !== undefined) {
      linkOrCopy(latest, path);
    }
  });
  await kept.keepLatest(); // one that was put there meanwhile, by hand for instance
  return {
    path,
    latest,
    place: (told) => {
      refuseOther(latest, before);
      inFolder(folder, 'put a sync in place in', () => {
        const note: Note = { file: identityOf(path) ?? '', ...told };
        writeFileSync(notePath(folder, run), JSON.stringify(note), { mode: 0o600 });
        renameSync(path, latest);
      });
    },
    keep: async () => await keepPlaced(project),
    discard: () => inFolder(folder, 'tidy up', () => rmSync(path, { force: true })),
  };
}

/** What stands beside a sync while it is put into its place. */
interface Note extends ToldOfPlaced {
  /** Which file it is of. */
  readonly file: string;
}

const notePath = (folder: string, run: string): string => join(asideOf(folder), `${run}.placed`);

/** Undefined where there is none, or half of one: then its sync was not put into its place either. */
function readNote(path: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Note; // we wrote it, where nobody else may
  } catch {
    return undefined;
  }
}

async function keepPlaced({ folder, format, keep }: FleetProject): Promise<void> {
  await openKeptFiles(folder, format, keep).keepLatest();
  inFolder(folder, 'tidy up', () => rmSync(asideOf(folder), { recursive: true, force: true }));
}

function refuseOther(latest: string, known: string | undefined): void {
  if (identityOf(latest) !== known) {
    throw new ConnectorError('conflict', `${latest} was replaced by somebody else while the sync ran: theirs stays`);
  }
}

/** Another file under the same name is another one. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.ino}-${found.mtimeNs}`;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // a file system without links
  }
}

function inFolder(folder: string, what: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    throw new ConnectorError('local-io', `cannot ${what} ${folder}: ${osReason(thrown)}`);
  }
}
