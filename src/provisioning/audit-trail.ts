import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { HintedError } from './hinted-error.ts';
import type { AuditEntry, AuditOutcome, WriteAudit } from './audit.ts';

type Attempted = Pick<AuditEntry, 'requestId' | 'operation' | 'entitlement' | 'principal'>;
type Rest = Omit<AuditEntry, 'time' | 'outcome' | 'error' | keyof Attempted>;

/** The lines of one attempt: at most one `intended` line for each plan, then exactly one about how it ended. */
export interface AuditLine {
  /** Must be kept before a write is sent: when it throws, none may be. */
  intended(rest: Rest): Promise<void>;
  /** How it ended well. */
  ended(rest: Rest & { readonly outcome: AuditOutcome }): Promise<void>;
  /** How it ended badly: `refused` where no write was sent, else `failed`. */
  failed(thrown: unknown, rest: Rest): Promise<void>;
  /** Whether the line about the end was handed over; no second one may follow. */
  hasEnded(): boolean;
}

/**
 * Writes attempts down, and says loudly when a line cannot be kept: to the log, and in an error that tells whether access was
 * changed all the same.
 */
export function createAuditTrail(write: WriteAudit, logger: Logger): { lineOf(attempted: Attempted): AuditLine } {
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
          await write({ time: new Date().toISOString(), ...attempted, outcome, ...rest });
        } catch (thrown) {
          const reason = thrown instanceof ConnectorError ? thrown.message : 'the audit log failed';
          const { requestId } = attempted;
          if (cause instanceof AuditLost) {
            throw cause; // told already, and nothing has happened since
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
          const isChanged = outcome === 'granted' || outcome === 'revoked';
          return keep(
            outcome,
            rest,
            isChanged ? `access was changed nevertheless (${outcome})` : `nothing was changed (${outcome})`,
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

/** An audit line that could not be kept; it is told once, whatever follows from it. */
class AuditLost extends ConnectorError {}

function messageOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? thrown.message : 'internal error';
}
