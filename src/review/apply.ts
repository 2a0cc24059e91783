import { ConnectorError, type ErrorKind, isKind } from '../errors.ts';
import type { AuditEntry, AuditReview } from '../provisioning/audit.ts';
import type { Change } from '../provisioning/change.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { returningText } from '../provisioning/returning.ts';
import type { Decisions } from './format.ts';
import { createMovedOn } from './moved-on.ts';
import type { Revoke } from './revokes.ts';
import type { RowResult } from './results.ts';

export interface ApplyWork {
  readonly decisions: Decisions;
  readonly revokes: readonly Revoke[];
  readonly provisioner: Provisioner;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Has to be told of every line of the audit log. */
  readonly notes: AuditNotes;
  readonly onResult: (result: RowResult, revoke: Revoke) => void;
  /** Keeps what became of those that were tried, after each of them; where it fails, nothing more is revoked. */
  readonly keep: (rows: readonly RowResult[]) => Promise<void>;
}

/** Says in the lines of an attempt for which review it is made, and knows how the last attempt ended. */
export interface AuditNotes {
  /** The line as it is to be written. */
  readonly note: (entry: AuditEntry) => AuditEntry;
  readonly begin: (review: AuditReview) => void;
  readonly last: () => AuditEntry | undefined;
}

export function createAuditNotes(): AuditNotes {
  let review: AuditReview | undefined;
  let last: AuditEntry | undefined;
  return {
    note: (entry) => {
      last = entry;
      return review === undefined ? entry : { ...entry, review };
    },
    begin: (about) => {
      review = about;
      last = undefined;
    },
    last: () => last,
  };
}

export interface Applied {
  readonly rows: readonly RowResult[];
  /** What stopped it; undefined where every revoke was tried. */
  readonly stoppedBy?: unknown;
}

/** Faults of one holding; with any other fault nothing that follows would fare better, and the rest is not tried. */
const ofOne: readonly ErrorKind[] = [
  'refused',
  'not-found',
  'conflict',
  'invalid',
  'unsupported',
  'precondition',
  'inconsistent',
  'upstream-contract',
];

/**
 * Revokes what was decided to be revoked, one after the other, and nothing else. A holding that is refused does not stop
 * the others. Asking for the same again is harmless: what is gone is told as gone before.
 */
export async function applyDecisions({
  decisions,
  revokes,
  provisioner,
  now,
  signal,
  notes,
  onResult,
  keep,
}: ApplyWork): Promise<Applied> {
  const rows: RowResult[] = [];
  const taken = new Set<number>();
  const movedOn = createMovedOn(decisions, (place) => taken.has(place));
  const put = (revoke: Revoke, told: Pick<RowResult, 'outcome'> & Partial<RowResult>): void => {
    const { place, row } = revoke;
    const { type, id } = row.principal;
    const at = new Date(now()).toISOString();
    const result = { row: place, entitlement: row.entitlement, principal: { type, id }, at, ...told };
    rows.push(result);
    onResult(result, revoke);
  };
  const stopped = (at: number, stoppedBy: unknown): Applied => {
    revokes.slice(at + 1).forEach((left) => put(left, { outcome: 'not-tried' }));
    return { rows, stoppedBy };
  };
  const { review, about } = decisions;
  for (const [at, revoke] of revokes.entries()) {
    const { place, row, reason, target, principal } = revoke;
    notes.begin({ hash: review, reviewer: about.reviewer, reason, ...(row.at !== undefined && { decidedAt: row.at }) });
    try {
      const change = await provisioner.attempt(
        'revoke',
        { entitlement: row.entitlement, principal },
        () => ({ target, principal, check: (record) => movedOn.check(revoke, record) }),
        signal,
      );
      taken.add(place);
      put(revoke, toldOf(change));
    } catch (thrown) {
      const line = notes.last();
      const isOfOne = isKind(thrown, ...ofOne);
      // The line about the end may be what could not be written: then the revoke was made, and the error says so.
      const isSent = line?.outcome === 'failed' || line?.outcome === 'revoked';
      const outcome = isSent ? 'failed' : isOfOne ? 'refused' : 'not-tried';
      put(revoke, {
        outcome,
        ...(line !== undefined && { requestId: line.requestId }),
        ...(thrown instanceof ConnectorError && { error: thrown.message }),
      });
      if (!isOfOne) {
        return stopped(at, thrown);
      }
    }
    try {
      await keep(rows);
    } catch (thrown) {
      return stopped(at, thrown);
    }
  }
  return { rows };
}

function toldOf({ outcome, requestId, words, returning }: Change): Pick<RowResult, 'outcome'> & Partial<RowResult> {
  return {
    outcome: outcome === 'revoked' ? 'revoked' : outcome === 'planned' ? 'planned' : 'gone-before',
    requestId,
    ...(words.alongside.length > 0 && { alsoLost: [...words.alongside] }),
    ...(words.inherited !== '' && { stillInherited: words.inherited }),
    ...(returning.mayReturn.length > 0 && { mayReturn: returningText(returning.mayReturn) }),
  };
}
