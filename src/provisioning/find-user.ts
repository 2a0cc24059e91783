import type { CallOptions } from '../descope/http/call.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import { nearNames } from '../model/near-names.ts';
import { HintedError } from './hinted-error.ts';
import { quoted } from '../printable.ts';

/** The form of ids that Descope gives to users: a text of this form means a user id, also of a user who was deleted. */
const userIdForm = /^U[0-9A-Za-z]{26,31}$/;

export type FindClient = Pick<DescopeClient, 'loadUser' | 'findByLoginId' | 'findByText'>;

/**
 * The id of the only user who has this text as user id, login id, email address or exact display name. Several users
 * are a `conflict` that names them, none is `not-found`. A text in the form of a user id is returned as it is: its user
 * may have been deleted.
 */
export async function findUserId(client: FindClient, asked: string, call: CallOptions): Promise<string> {
  if ((await client.loadUser(asked, call)) !== undefined) {
    return asked;
  }
  const byLogin = await client.findByLoginId(asked, call);
  if (byLogin.length > 0) {
    return onlyOne(byLogin, 'have this login id');
  }
  if (userIdForm.test(asked)) {
    return asked;
  }
  const { users, total } = await client.findByText(asked, call);
  const byName = users.filter(({ email, name }) => email === asked || isSameText(name, asked));
  if (byName.length === 1 && total > users.length) {
    throw new ConnectorError(
      'conflict',
      `${total} users match ${quoted(asked)}, too many to tell whether exactly one has that name: name one by login id or user id`,
    );
  }
  if (byName.length > 0) {
    return onlyOne(byName, 'are called so');
  }
  const near = await nearUsers(client, asked, users, call);
  throw new HintedError(
    'not-found',
    `no user of the project has the user id, login id, email address or exact name ${quoted(asked)}`,
    near.length === 0 ? '' : `; did you mean ${listed(near)}?`,
  );
}

const mostNamed = 5;

function onlyOne(users: readonly User[], what: string): string {
  const [user, ...others] = users;
  if (user === undefined || others.length > 0) {
    throw new HintedError('conflict', `${users.length} users ${what}: name one by its user id`, `: ${listed(users)}`);
  }
  return user.userId;
}

function listed(users: readonly User[]): string {
  const named = users
    .slice(0, mostNamed)
    .map((user) => `${user.userId} (${JSON.stringify(nameOfUser(user))}, ${JSON.stringify(user.loginIds[0] ?? '')})`);
  return `${named.join(', ')}${users.length > mostNamed ? ', and more' : ''}`;
}

function isSameText(one: string, other: string): boolean {
  return one.normalize('NFC') === other.normalize('NFC');
}

const mostSearches = 6;
const shortestPart = 2;

/**
 * What to search for when a text is misspelt: its words, then their halves, some of which are probably right. Of an
 * email address only the part before the @.
 */
function partsOf(asked: string): readonly string[] {
  const words = (asked.includes('@') ? asked.slice(0, asked.indexOf('@')) : asked).split(/[\s._+-]+/);
  const halves = words.flatMap((word) => [
    word.slice(0, Math.ceil(word.length / 2)),
    word.slice(Math.floor(word.length / 2)),
  ]);
  return [...new Set([...words, ...halves])].filter((part) => part.length >= shortestPart && part !== asked);
}

/**
 * Users with a similar name, as far as a few searches for parts of the text find them. A failed search is no error:
 * this is a hint only.
 */
async function nearUsers(
  client: FindClient,
  asked: string,
  found: readonly User[],
  call: CallOptions,
): Promise<readonly User[]> {
  const users = new Map(found.map((user) => [user.userId, user]));
  for (const part of partsOf(asked).slice(0, mostSearches)) {
    try {
      (await client.findByText(part, call)).users.forEach((user) => users.set(user.userId, user));
    } catch (thrown) {
      if (isKind(thrown, 'cancelled')) {
        throw thrown;
      }
    }
  }
  const spellings = new Map<string, User[]>();
  for (const user of users.values()) {
    for (const text of new Set([user.userId, user.name, user.email, ...user.loginIds])) {
      spellings.set(text, [...(spellings.get(text) ?? []), user]);
    }
  }
  spellings.delete('');
  return [...new Set(nearNames(asked, spellings.keys(), mostNamed).flatMap((text) => spellings.get(text) ?? []))];
}
