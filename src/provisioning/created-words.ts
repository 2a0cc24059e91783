import type { Created } from './create-account.ts';

/** What is left to do, or to know, after a creation that is no plain success; for a platform and for people. */
export function createdSentence({
  outcome,
  user,
  lacksPassword,
  writes,
}: Pick<Created, 'outcome' | 'user' | 'lacksPassword' | 'writes'>): string {
  switch (outcome) {
    case 'created':
      return lacksPassword
        ? 'The user was created, but the answer was lost, so no password was set: rotate the credential of the user.'
        : 'The user was created.';
    case 'invited':
      return 'An invitation was sent. The user must accept it to sign in.';
    case 'maybe-invited':
      return 'An invitation may have been sent: its answer was lost. None is sent again by itself; ask whether it arrived.';
    case 'not-invited':
      return [
        'The answer was lost, and somebody else may have created the user: no invitation was sent.',
        'The action resend_invite sends one.',
      ].join(' ');
    case 'already-exists':
      return writes.length === 0
        ? `The user exists already: nothing was sent to anybody.${waitingSentence({ user })}`
        : 'Somebody else created the user at the same moment, and nothing was changed.';
    case 'planned':
      return 'Nothing was sent.';
  }
}

/** Of somebody who is there already, and has not signed in yet: what sends an invitation. '' for anybody else. */
export function waitingSentence({ user }: Pick<Created, 'user'>): string {
  return user?.status === 'invited'
    ? ' The user has not signed in yet; the action resend_invite sends an invitation.'
    : '';
}
