import type { DatabaseSync } from 'node:sqlite';
import type { GrantIdentity } from './grant-messages.ts';

/** A grant by the numbers that it is filed under. */
export interface GrantKey {
  readonly onN: number;
  readonly slug: number;
  readonly toN: number;
}

interface Name {
  readonly type: string;
  readonly id: string;
}

/** Looks up what the numbers of grants stand for. Grants of one entitlement follow each other. */
export function grantIdentityIn(database: DatabaseSync): (key: GrantKey) => GrantIdentity {
  const find = database.prepare('select type, id from entity where n = ?');
  const findSlug = database.prepare('select is_whole, text from slug where n = ?');
  const slugs = new Map<number, { readonly isWhole: boolean; readonly text: string }>();
  let lastN = -1;
  let last: Name = { type: '', id: '' };

  function nameOf(n: number): Name {
    const row = find.get(n);
    return { type: String(row?.['type'] ?? ''), id: String(row?.['id'] ?? '') };
  }

  return ({ onN, slug, toN }) => {
    if (onN !== lastN) {
      [lastN, last] = [onN, nameOf(onN)];
    }
    let told = slugs.get(slug);
    if (told === undefined) {
      const row = findSlug.get(slug);
      told = { isWhole: row?.['is_whole'] === 1, text: String(row?.['text'] ?? '') };
      slugs.set(slug, told);
    }
    const to = nameOf(toN);
    return {
      typeId: last.type,
      resourceId: last.id,
      entitlementId: told.isWhole ? told.text : `${last.type}:${last.id}:${told.text}`,
      principalTypeId: to.type,
      principalId: to.id,
    };
  };
}
