import type { UserRecord } from './records.ts';
import type { UserSwitches } from './switches.ts';

/** One session of a user, as a login makes it. */
export interface Session {
  readonly type: string;
  /** Whether the refresh token is still good, as far as logging out decides. */
  readonly refresh: boolean;
  /** Whether the session token would pass a remote check. */
  readonly token: boolean;
}

/** The sessions of users, which no call of the management API shows. */
export interface Sessions {
  of(userId: string): readonly Session[];
  open(userId: string, type?: string): void;
  /** Ends those of these types; all where none is named. */
  end(userId: string, types: readonly string[]): void;
  /** How many sessions of the user can still be refreshed. */
  refreshable(user: UserRecord): number;
}

export function createSessions(switches: UserSwitches): Sessions {
  const byUser = new Map<string, readonly Session[]>();
  const of = (userId: string): readonly Session[] => byUser.get(userId) ?? [];

  return {
    of,
    open: (userId, type = 'web') => void byUser.set(userId, [...of(userId), { type, refresh: true, token: true }]),
    end(userId, types) {
      const isMeant = ({ type }: Session): boolean => types.length === 0 || types.includes(type);
      const ended = (session: Session): Session => ({
        ...session,
        refresh: false,
        token: switches.loggedOutTokens === 'valid' && session.token,
      });
      byUser.set(
        userId,
        of(userId).map((session) => (isMeant(session) ? ended(session) : session)),
      );
    },
    refreshable: ({ userId, status }) =>
      status === 'disabled' && switches.disabledRefresh === 'refused'
        ? 0
        : of(userId).filter(({ refresh }) => refresh).length,
  };
}
