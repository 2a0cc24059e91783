import { closing } from '../answers/summary.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { KeptSync } from './store.ts';

export interface Times {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly finishedMs: number;
}

/** When a sync was, by its summary, which must be one of this project, and later than the sync before it. */
export function timesOf(
  path: string,
  told: object,
  { projectId, last }: { readonly projectId: string; readonly last: KeptSync | undefined },
  nowMs: number = Date.now(),
): Times {
  const summary = closing(told)?.summary;
  const { startedAt, finishedAt = '' } = summary ?? {};
  const finishedMs = Date.parse(finishedAt);
  if (summary === undefined || Number.isNaN(finishedMs)) {
    throw new ConnectorError('invalid', `cannot write ${printable(path)}: the sync does not tell when it finished`);
  }
  if ((summary.projectId ?? projectId) !== projectId) {
    throw new Error('the summary is of another project than the rows');
  }
  if (last !== undefined && finishedMs <= last.finishedMs) {
    throw new ConnectorError(
      'conflict',
      `cannot write ${printable(path)}: it has a sync of ${last.finishedAt}, and this one, of ${finishedAt}, is not later; ` +
        (last.finishedMs > nowMs
          ? 'that time is still to come, so the clock was wrong when that sync went in: restore a backup from before, or begin a new store'
          : 'import older files into a new store'),
    );
  }
  return { startedAt: startedAt ?? finishedAt, finishedAt, finishedMs };
}
