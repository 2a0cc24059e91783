import type { UserRecord } from './records.ts';

/** A message that asked a user to sign in. */
export interface Invitation {
  readonly userId: string;
  readonly loginId: string;
  /** In epoch seconds. */
  readonly at: number;
}

/** Counts the messages that the project sent. */
export interface Invitations {
  send(user: UserRecord): void;
  sent(): readonly Invitation[];
}

export function createInvitations(nowSeconds: () => number): Invitations {
  const sent: Invitation[] = [];
  return {
    send: ({ userId, loginIds }) => void sent.push({ userId, loginId: loginIds[0] ?? '', at: nowSeconds() }),
    sent: () => [...sent],
  };
}
