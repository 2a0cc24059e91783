import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { HintedError } from './hinted-error.ts';
import type { AuditEntry, AuditOutcome, WriteAudit } from './audit.ts';

/** What an attempt is about, in each of its lines. */
export type Attempted = Pick<AuditEntry, 'operation' | 'entitlement' | 'principal' | 'resource' | 'account'>;

/** What a line says besides. */
export type Rest = Omit<AuditEntry, 'time' | 'outcome' | 'error' | 'requestId' | Exclude<keyof Attempted, 'resource'>>;

/** The lines of one attempt: at most one `intended` line for each plan, then exactly one about how it ended. */
export interface AuditLine {
  /** Resolves when the line is kept. A write is sent only after that; when this throws, none is sent. */
  intended(rest: Rest): Promise<void>;
  /** Writes how an attempt without an error ended. */
  ended(rest: Rest & { readonly outcome: AuditOutcome }): Promise<void>;
  /** Writes how an attempt with an error ended: `refused` where no write was sent, else `failed`. */
  failed(thrown: unknown, rest: Rest): Promise<void>;
  /** Whether the line about the end was written or tried: there must not be a second one. */
  hasEnded(): boolean;
}

/**
 * Writes a line at both ends of each attempt. A line that cannot be written is an error in the log, and fails the
 * attempt with an error that says whether access was changed nevertheless.
 */
export function createAuditTrail(
  write: WriteAudit,
  logger: Logger,
): { lineOf(attempted: Attempted & Pick<AuditEntry, 'requestId'>): AuditLine } {
  return {
    lineOf: (attempted) => {
      let hasEnded = false;
      const keep = async (
        outcome: AuditOutcome,
        rest: Rest & { readonly error?: string },
        consequence: string,
        cause?: unknown,
      ): Promise<void> => {
        try {
          await write({ time: new Date().toISOString(), ...attempted, outcome, ...logged(rest) });
        } catch (thrown) {
          const reason = thrown instanceof ConnectorError ? thrown.message : 'the audit log failed';
          const { requestId } = attempted;
          if (cause instanceof AuditLost) {
            throw cause; // the caller learns of this already, and nothing has happened since
          }
          logger.error('audit line not written', { requestId, outcome, reason });
          const first = cause === undefined ? '' : `${messageOf(cause)}; besides, `;
          throw new AuditLost('local-io', `${first}${reason}: ${consequence} (request ${requestId})`);
        }
      };
      return {
        hasEnded: () => hasEnded,
        intended: (rest) => keep('intended', rest, 'nothing was sent to Descope'),
        ended: ({ outcome, ...rest }) => {
          hasEnded = true;
          return keep(
            outcome,
            rest,
            changesNothing(outcome)
              ? `nothing was changed (${outcome})`
              : `${attempted.entitlement === undefined ? 'the change was made' : 'access was changed'} nevertheless (${outcome})`,
          );
        },
        failed: (thrown, rest) => {
          hasEnded = true;
          const isSent = rest.writes > 0;
          return keep(
            isSent ? 'failed' : 'refused',
            { ...rest, error: thrown instanceof HintedError ? thrown.plain : messageOf(thrown) },
            isSent ? 'a change was sent to Descope and may have happened' : 'nothing was sent to Descope',
            thrown,
          );
        },
      };
    },
  };
}

/**
 * An audit line could not be written. It is reported once, also where the line about the end cannot be written either.
 */
class AuditLost extends ConnectorError {}

function changesNothing(outcome: AuditOutcome): boolean {
  return outcome === 'planned' || outcome.startsWith('already-');
}

/** The requests of a plan as a line holds them. */
function logged<Told extends Pick<Rest, 'plan'>>({ plan, ...rest }: Told): Omit<Told, 'plan'> & Pick<Rest, 'plan'> {
  if (plan === undefined) {
    return rest;
  }
  return {
    ...rest,
    plan: plan.map(({ logged: instead, ...write }) => (instead === undefined ? write : { ...write, body: instead })),
  };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? thrown.message : 'internal error';
}
