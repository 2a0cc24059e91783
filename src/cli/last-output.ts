import { stat } from 'node:fs/promises';
import { type LastOutput, readLast } from '../output/last.ts';
import { checkOwner, checkShrink, type LastExtent, type ShrinkLimits, type SyncExtent } from '../sync/guard.ts';

export interface LastOutputLimits extends ShrinkLimits {
  /** True when the user allowed replacing the output of another project. */
  readonly isOtherAccepted: boolean;
  /** How the user can allow it, where the command has no flag for that. */
  readonly remedy?: string;
}

/** Compares what is about to be written with what stands at the target. */
export interface LastOutputCheck {
  /** Before any work: refuses the output of another project; returns what to tell, a line each. */
  checkOwner(projectId: string | undefined): Promise<readonly string[]>;
  /**
   * After reading: checks the owner again, since the target may have changed meanwhile, and holds back a sync that
   * found far less.
   */
  compare(found: SyncExtent): Promise<readonly string[]>;
}

/** One reading of a target serves both questions, as long as nobody replaces it in between. */
export function createLastOutputCheck(
  target: string,
  { isOtherAccepted, remedy, ...limits }: LastOutputLimits,
  signal?: AbortSignal,
): LastOutputCheck {
  let known: { readonly identity: string; readonly last: LastOutput | undefined } | undefined;

  async function read(): Promise<{ readonly last: LastOutput | undefined; readonly isReplaced: boolean }> {
    const identity = await identityOf(target);
    if (known?.identity === identity) {
      return { last: known.last, isReplaced: false };
    }
    const isReplaced = known !== undefined && identity !== '';
    known = { identity, last: identity === '' ? undefined : await readLast(target, signal) };
    return { last: known.last, isReplaced };
  }

  const ownerNotes = (last: LastOutput | undefined, projectId: string | undefined): readonly string[] =>
    last === undefined ? [] : checkOwner(target, last, projectId, { isAccepted: isOtherAccepted, remedy });

  return {
    checkOwner: async (projectId) => ownerNotes((await read()).last, projectId),
    compare: async (found) => {
      const { last, isReplaced } = await read();
      const notes = [
        ...(isReplaced ? [`note: another run wrote ${target} in the meantime; it is replaced`] : []),
        ...ownerNotes(last, found.projectId),
      ];
      if (last === undefined || limits.maxShrink === 100) {
        return notes;
      }
      const { counts } = last;
      return counts === undefined
        ? [
            ...notes,
            `note: ${target} has no readable counts, or would unpack to more than the safe limit: this sync was not compared with it`,
          ]
        : [...notes, ...checkShrink({ ...last, counts }, found, limits)];
    },
  };
}

/**
 * What a store takes is compared with the last sync of its project, where that finished after a moment; those of other
 * projects stay beside it.
 */
export function createLastStoreCheck(store: string, limits: ShrinkLimits, afterMs?: number): LastOutputCheck {
  const lastOf = async (projectId: string): Promise<LastExtent | undefined> =>
    await (await import('./last-stored.ts')).lastStored(store, projectId, afterMs);
  return {
    checkOwner: async (projectId) => {
      await (await import('./ready-store.ts')).readyStore(store); // what is no store is told before any work
      await lastOf(projectId ?? '');
      return [];
    },
    compare: async (found) => {
      const last = limits.maxShrink === 100 ? undefined : await lastOf(found.projectId);
      return last === undefined ? [] : checkShrink(last, found, { ...limits, words: storeWords });
    },
  };
}

const storeWords = { kept: 'the store stays as it was', remedy: 'run it again with --accept-shrink' };

/** Only the check of the owner, for a command that writes a file without reading a project. */
export async function refuseOtherProject(
  target: string,
  projectId: string | undefined,
  isAccepted: boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return await createLastOutputCheck(
    target,
    { maxShrink: 100, isAccepted: false, isOtherAccepted: isAccepted },
    signal,
  ).checkOwner(projectId);
}

/** Tells two files at one path apart; '' for none. */
async function identityOf(target: string): Promise<string> {
  return await stat(target, { bigint: true }).then(
    ({ ino, size, mtimeNs }) => `${ino}:${size}:${mtimeNs}`,
    () => '',
  );
}
