import { ConnectorError } from '../../errors.ts';
import { isFoundingType } from '../../model/ids.ts';
import { typeInWords } from '../../sync-format/known-types.ts';
import type { FileIndex } from '../file-index.ts';
import { find } from '../find.ts';
import type { TypedThing } from '../unknown.ts';
import { givingSql } from '../who-can.ts';
import type { Named } from '../who-can.ts';
import { isKey } from '../who-holds.ts';
import type { Chain } from './chain.ts';
import { waysToOther } from './other-ways.ts';
import { type KeyOf, keysActingAs, keysMadeBy, type Somebody, somebodyIn } from './somebody.ts';
import { createSteps, type Start, type Steps } from './steps.ts';

/** Every way in which somebody comes to something. */
export interface WaysOf {
  readonly who: Somebody;
  readonly what: TypedThing;
  /** Others of the name that was asked for, as `type:id`. */
  readonly alsoWhat: readonly string[];
  readonly tenant: Named | undefined;
  /** The keys that act as the user who was asked about: they come to the same. */
  readonly keys: readonly KeyOf[];
  /** What is so now, then what the next login gives, then what somebody may do with a key that they made. Read anew with every call. */
  ways(): Generator<Chain>;
}

/**
 * Finds who and what by name, as `find` does it, with its errors. A key that is bound to a user comes to what the user
 * comes to.
 */
export function waysOf(index: FileIndex, whoAsked: string, whatAsked: string, tenantAsked?: string): WaysOf {
  const { database } = index;
  const who = somebodyIn(database, find(index, 'somebody', whoAsked));
  const { n, also: alsoWhat, type, id, name } = find(index, 'held', whatAsked);
  const what = { type, id, name };
  const isOther = !isFoundingType(type);
  if (isOther && tenantAsked !== undefined) {
    throw new ConnectorError(
      'config',
      `--tenant is for permissions and roles: ${typeInWords(type)} ${name} belongs to no tenant`,
    );
  }
  const tenant = tenantAsked === undefined ? undefined : find(index, 'tenant', tenantAsked);
  const about = {
    who,
    what,
    alsoWhat,
    tenant: tenant && { id: tenant.id, name: tenant.name },
    keys: who.type === 'user' && type !== 'third_party_app' ? keysActingAs(database, who.id) : [],
  };
  if (isOther) {
    return { ...about, ways: () => waysToOther(database, who, what) };
  }
  const steps = createSteps(database, { what, giving: givingSql(database, type, n), tenantId: tenant?.id });
  return { ...about, ways: () => waysFrom(steps, who, who.type === 'user' ? keysMadeBy(database, who.id) : []) };
}

function* waysFrom(steps: Steps, who: Somebody, made: readonly KeyOf[]): Generator<Chain> {
  const start: Start = { from: toThing(who), links: [], certainty: 'certain' };
  if (who.type === 'user') {
    yield* steps.ofUser(start, who.id);
    yield* steps.ofNextLogin(start, who.id);
    for (const key of made.filter(({ actsAs }) => actsAs?.id !== who.id)) {
      yield* ofKey(steps, { ...start, links: [{ by: 'made', to: toThing(key) }], certainty: 'possible' }, key);
    }
  } else if (who.actsAs !== undefined || isKey(who.type)) {
    yield* ofKey(steps, start, who);
  } else {
    yield* steps.ofKey(start, who.type, who.id); // what another tool granted to a principal of a type of its own
    yield* steps.ofGiver(start, who.type, who.id);
  }
}

/** A key comes to what it holds, or to what the user has as whom it acts; no key signs in through a configuration. */
function ofKey(steps: Steps, start: Start, { type, id, actsAs }: KeyOf): Generator<Chain> {
  return actsAs === undefined
    ? steps.ofKey(start, type, id)
    : steps.ofUser({ ...start, links: [...start.links, { by: 'acts_as', to: toThing(actsAs) }] }, actsAs.id);
}

function toThing({ type, id, name }: TypedThing): TypedThing {
  return { type, id, name };
}
