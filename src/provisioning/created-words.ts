import type { Created } from './create-account.ts';

/** What is left to do, or to know, after a creation that is no plain success; for a platform and for people. */
export function createdSentence({
  outcome,
  wasLost,
  lacksPassword,
  writes,
}: Pick<Created, 'outcome' | 'wasLost' | 'lacksPassword' | 'writes'>): string {
  switch (outcome) {
    case 'created':
      return lacksPassword
        ? 'The user was created, but the answer was lost, so no password was set: rotate the credential of the user.'
        : 'The user was created.';
    case 'invited':
      return wasLost
        ? 'The user was created as invited, but the answer was lost: whether a message left is not known, and none is sent again. The user must accept the invitation to sign in.'
        : 'An invitation was sent. The user must accept it to sign in.';
    case 'maybe-invited':
      return 'An invitation may have been sent: the answer was lost, and Descope does not show the user. None is sent again; look for the user in Descope.';
    case 'already-exists':
      if (writes.length === 0) {
        return 'The user exists already: nothing was sent to anybody.';
      }
      return writes.some(({ body }) => body['invite'] === true)
        ? 'Somebody else created the user at the same moment, and our invitation may have been sent, too.'
        : 'Somebody else created the user at the same moment, and nothing was changed.';
    case 'planned':
      return 'Nothing was sent.';
  }
}
