import type { DatabaseSync } from 'node:sqlite';
import { detailsInWords } from '../details.ts';
import type { TypedThing } from '../unknown.ts';
import { notesOf, othersHeldBy } from '../who-holds.ts';
import type { Chain, Link } from './chain.ts';
import type { Somebody } from './somebody.ts';

/**
 * How somebody comes to a thing of another type: an application, an app, a project of the console. A key that is bound to
 * a user does not act through what the user consented to.
 */
export function* waysToOther(database: DatabaseSync, who: Somebody, what: TypedThing): Generator<Chain> {
  const { actsAs } = who;
  const from = { type: who.type, id: who.id, name: who.name };
  const before: Link[] =
    actsAs === undefined ? [] : [{ by: 'acts_as', to: { type: 'user', id: actsAs.id, name: actsAs.name } }];
  const holder = actsAs ?? from;
  if (actsAs !== undefined && what.type === 'third_party_app') {
    return;
  }
  let hasAny = false;
  for (const { held, entitlement = '', details = {}, certainty } of othersHeldBy(database, holder)) {
    hasAny ||= held?.type === what.type;
    if (held?.type === what.type && held.id === what.id) {
      const note = [entitlement.replaceAll('_', ' '), detailsInWords(details)].filter((text) => text !== '').join('; ');
      yield {
        ...unplaced,
        certainty: certainty === 'uncertain' ? 'uncertain' : 'certain',
        from,
        links: [...before, { by: 'holds', to: what, note }],
      };
    }
  }
  if (!hasAny && holder.type === 'user' && notesOf(database, what).defaultAccess === 'all') {
    yield { ...unplaced, from, links: [...before, { by: 'by_default', to: what }] };
  }
}

const unplaced = { when: 'now', certainty: 'certain', reason: '', tenantId: '', tenant: '' } as const;
