import { auditEndpoint, auditPageSize, auditReachMs } from '../descope/audit/audit.ts';
import { answerObject } from '../descope/answer-shape.ts';
import { integer } from '../descope/decode.ts';
import { aboutSo, documentedPerMinute } from '../descope/http/pacing.ts';
import { historyBatch } from '../descope/users/login-history.ts';
import { type Check, ok, skip, warn } from './check.ts';
import { explain, type Place } from './explain.ts';
import type { Probe } from './probe.ts';

export interface LoginCheckOptions {
  /** How the last logins of users are read; undefined where they are not. */
  readonly lastLogin: 'audit' | 'history' | undefined;
  readonly provisioning: boolean;
  /** How many users there are; undefined where that is not known. */
  readonly users: number | undefined;
  readonly wallClock: () => number;
}

const audit = 'audit log';
const logins = 'last logins';

/**
 * Whether the audit log can be read, which event feeds and `--last-login audit` are made of, and what the last logins
 * of users cost a sync. One request, for one record, where provisioning is on or the log is read by syncs.
 */
export async function* checkLogins(probe: Probe, place: Place, options: LoginCheckOptions): AsyncGenerator<Check> {
  const { lastLogin, provisioning, users, wallClock } = options;
  if (lastLogin === 'history') {
    yield users === undefined
      ? skip(logins, 'not known: users cannot be read')
      : ok(logins, costOf(Math.ceil(users / historyBatch), documentedPerMinute.general));
  }
  if (lastLogin !== 'audit' && !provisioning) {
    return;
  }
  const nowMs = wallClock();
  const json = { actions: ['LoginSucceed'], from: String(nowMs - auditReachMs), to: String(nowMs), size: 1, page: 0 };
  const answer = await probe(auditEndpoint, { json }, (body) => integer(answerObject(auditEndpoint, body), 'total'));
  if (!answer.isAnswered) {
    yield lastLogin !== 'audit' && answer.error.kind === 'forbidden'
      ? warn(
          audit,
          'the key may not read it',
          'Event feeds and --last-login audit are made of it: let the key read the audit log, or do without them.',
        )
      : explain(audit, answer, place);
    return;
  }
  const { value: total } = answer;
  yield ok(audit, `can be read${total === undefined ? '' : `, ${total.toLocaleString('en')} logins in 30 days`}`);
  if (lastLogin === 'audit') {
    yield total === undefined
      ? skip(logins, 'not known: Descope does not say how many logins there were')
      : ok(logins, costOf(Math.ceil(total / auditPageSize), documentedPerMinute.audit));
  }
}

function costOf(requests: number, perMinute: number): string {
  const about = aboutSo((requests / perMinute) * 60_000) ?? 'less than 20 s';
  return (
    `cost a sync ${requests.toLocaleString('en')} ${requests === 1 ? 'request' : 'requests'} more, ${perMinute} a ` +
    `minute at most: ${about}`
  );
}
