import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { nearNames } from '../model/near-names.ts';
import { HintedError } from './hinted-error.ts';
import { quoted } from '../printable.ts';

/** What stands before the id or name of a key where a user could be meant, too. */
const keyPrefix = 'access_key:';

/** The form of ids that Descope gives to keys: a text of this form means an id, also of a key that was deleted. */
const keyIdForm = /^K[0-9A-Za-z]{26,31}$/;

const mostNamed = 5;

export type FindKeyClient = Pick<DescopeClient, 'readList'>;

/** The id or name of a key, where a text says that it means one. */
export function keyText(asked: string): string | undefined {
  return asked.startsWith(keyPrefix) ? asked.slice(keyPrefix.length) : undefined;
}

/**
 * The id of the only key that has this text as its id or exact name; an id before a name. Several keys are a `conflict`
 * that names them, none is `not-found`. A text in the form of an id is returned as it is: its key may have been deleted.
 */
export async function findKeyId(client: FindKeyClient, asked: string, call: CallOptions): Promise<string> {
  if (keyIdForm.test(asked)) {
    return asked;
  }
  const keys = await client.readList(accessKeyList, call);
  const found = keysCalled(keys, asked);
  const [key, ...others] = found;
  if (key !== undefined && others.length === 0) {
    return key.id;
  }
  if (key !== undefined) {
    throw new HintedError(
      'conflict',
      `${found.length} access keys are called so: name one by its id`,
      `: ${listed(found)}`,
    );
  }
  const near = new Set(nearNames(asked, new Set(keys.flatMap(({ id, name }) => [id, name])), mostNamed));
  const meant = keys.filter(({ id, name }) => near.has(id) || near.has(name));
  throw new HintedError(
    'not-found',
    `no access key of the project has the id or exact name ${quoted(asked)}`,
    meant.length === 0 ? '' : `; did you mean ${listed(meant)}?`,
  );
}

/**
 * The error about a text that no user has, with a hint where an access key has it. Keys that cannot be read are no
 * error: this is a hint only.
 */
export async function withKeyHint(
  client: FindKeyClient,
  asked: string,
  thrown: unknown,
  call: CallOptions,
): Promise<unknown> {
  if (!isKind(thrown, 'not-found')) {
    return thrown;
  }
  try {
    const found = keysCalled(await client.readList(accessKeyList, call), asked);
    return found.length === 0
      ? thrown
      : new HintedError(
          'not-found',
          thrown instanceof HintedError ? thrown.plain : thrown.message,
          `; it is an access key, which is named as ${found
            .slice(0, mostNamed)
            .map(({ id }) => JSON.stringify(keyPrefix + id))
            .join(' or ')}`,
        );
  } catch (failed) {
    if (isKind(failed, 'cancelled') || !(failed instanceof ConnectorError)) {
      throw failed;
    }
    return thrown;
  }
}

function keysCalled(keys: readonly AccessKey[], asked: string): readonly AccessKey[] {
  const byId = keys.filter(({ id }) => id === asked);
  return byId.length > 0 ? byId : keys.filter(({ name }) => name.normalize('NFC') === asked.normalize('NFC'));
}

function listed(keys: readonly AccessKey[]): string {
  const named = keys.slice(0, mostNamed).map(({ id, name }) => `${id} (${quoted(name)})`);
  return `${named.join(', ')}${keys.length > mostNamed ? ', and more' : ''}`;
}
