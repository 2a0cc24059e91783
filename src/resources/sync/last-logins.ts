import { auditReachMs } from '../../descope/audit/audit.ts';
import { type AuditPosition, type AuditSpan, auditStep, lengthOf, startOf } from '../../descope/audit/steps.ts';
import type { DescopeClient } from '../../descope/client.ts';
import type { CallOptions } from '../../descope/http/call.ts';
import { historyBatch } from '../../descope/users/login-history.ts';
import type { User } from '../../descope/users/user.ts';
import { singleFlight } from './single-flight.ts';

/** `audit`: the audit log of 30 days, read once. `history`: asked of each hundred users. */
export type LastLoginSource = 'audit' | 'history';

/** Epoch seconds by user id. Who is missing may have signed in before what Descope tells. */
type Logins = ReadonlyMap<string, number>;

export interface LastLoginOptions {
  readonly project: Pick<DescopeClient, 'searchAudit' | 'loginTimes'>;
  readonly source: LastLoginSource | undefined;
  /** Epoch milliseconds: the log is read up to here. */
  readonly untilMs: number;
  readonly callOf: (signal?: AbortSignal) => CallOptions;
}

const none: Logins = new Map();

/** When users last signed in, for one sync. What cannot be read whole fails the sync: an unknown is no "never". */
export class LastLogins {
  readonly #options: LastLoginOptions;
  readonly #readOnce: (signal?: AbortSignal) => Promise<Logins>;
  /** Pages of users are cut into several answers. */
  readonly #ofPage = new WeakMap<readonly Pick<User, 'userId'>[], Promise<Logins>>();

  constructor(options: LastLoginOptions) {
    this.#options = options;
    this.#readOnce = singleFlight((signal) => this.#readLog({}, signal));
  }

  async of(users: readonly Pick<User, 'userId'>[], signal?: AbortSignal): Promise<Logins> {
    switch (this.#options.source) {
      case 'audit':
        return await this.#readOnce(signal);
      case 'history':
        return await this.#history(users, signal);
      default:
        return none;
    }
  }

  /** The same for a sync of one user, which does not read the whole log. */
  async ofOne(userId: string, signal?: AbortSignal): Promise<number | undefined> {
    const { source, project, callOf } = this.#options;
    if (source === 'history') {
      return (await project.loginTimes([userId], callOf(signal))).get(userId);
    }
    return source === 'audit' ? (await this.#readLog({ userIds: [userId] }, signal)).get(userId) : undefined;
  }

  /** Newest first: the first login of a user is the last one. */
  async #readLog(filter: Pick<AuditSpan, 'userIds'>, signal?: AbortSignal): Promise<Logins> {
    const { project, untilMs, callOf } = this.#options;
    const span = { ...filter, actions: ['LoginSucceed'], fromMs: untilMs - auditReachMs, toMs: untilMs };
    const logins = new Map<string, number>();
    let position: AuditPosition = startOf({ ...span, isOldestFirst: false });
    while (lengthOf(position.rest) > 0) {
      const { records, ...next } = await auditStep(project.searchAudit, position, callOf(signal));
      for (const { action, userId, occurredMs } of records) {
        if (action === 'LoginSucceed' && userId !== '' && !logins.has(userId)) {
          logins.set(userId, Math.floor(occurredMs / 1000));
        }
      }
      position = next;
      if (filter.userIds !== undefined && logins.size > 0) {
        break;
      }
    }
    return logins;
  }

  async #history(users: readonly Pick<User, 'userId'>[], signal?: AbortSignal): Promise<Logins> {
    const known = this.#ofPage.get(users);
    if (known !== undefined) {
      return await known;
    }
    const reading = this.#askHistory(users, signal);
    this.#ofPage.set(users, reading);
    reading.catch(() => this.#ofPage.delete(users));
    return await reading;
  }

  async #askHistory(users: readonly Pick<User, 'userId'>[], signal?: AbortSignal): Promise<Logins> {
    const { project, callOf } = this.#options;
    const logins = new Map<string, number>();
    for (let from = 0; from < users.length; from += historyBatch) {
      const batch = users.slice(from, from + historyBatch).map(({ userId }) => userId);
      const times = await project.loginTimes(batch, callOf(signal));
      times.forEach((seconds, userId) => logins.set(userId, seconds));
    }
    return logins;
  }
}
