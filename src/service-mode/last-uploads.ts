import { checkShrink, type SyncExtent } from '../sync/guard.ts';

/** What the sync that was uploaded last held, so that one which lost too much is held back. */
export interface LastUploads {
  /** How large the last file was; 0 where that is not known. */
  readonly bytes: number;
  /** Throws `held` for a sync that found far less; returns what to tell, a line each. */
  compare(found: SyncExtent): readonly string[];
  /** Remembers what the platform has taken. */
  keep(uploaded: SyncExtent, bytes: number): Promise<void>;
}

export interface LastUploadsOptions {
  readonly maxShrink: number;
  /** True for the first sync after somebody has said that less is right. */
  readonly isAccepted: boolean;
}

const words = { kept: 'nothing was uploaded', remedy: 'start service mode once with --accept-shrink' };

export function createLastUploads({ maxShrink, isAccepted: isAcceptedOnce }: LastUploadsOptions): LastUploads {
  let last: SyncExtent | undefined;
  let bytes = 0;
  let isAccepted = isAcceptedOnce;
  return {
    get bytes() {
      return bytes;
    },
    compare: (found) =>
      last === undefined || maxShrink === 100 ? [] : checkShrink(last, found, { maxShrink, isAccepted, words }),
    keep: async (uploaded, size) => {
      last = uploaded;
      bytes = size;
      isAccepted = false;
    },
  };
}
