import type { Catalog } from '../../access/catalog.ts';
import { firstNotBelow } from '../../access/catalog.ts';
import type { HolderType } from '../../access/holder-list.ts';
import type { Holder } from '../../access/holding.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import type { IdBytes } from '../../model/grant-template.ts';
import { type TokenFields, tokenNumber, tokenText } from '../../model/page-token.ts';
import { HolderIndex } from './holder-index.ts';

/** Who of one type holds what. */
export interface HolderSource {
  readonly typeId: string;
  readonly index: HolderIndex;
  /** All principals of the type, by number. */
  readonly ids: IdBytes;
}

const sources = new WeakMap<Catalog, Map<string, HolderSource>>();

/** Who of these types holds what, as the catalog's lists show it; made once for a catalog. Numbers follow the order of ids. */
export function otherSources(catalog: Catalog, types: readonly HolderType[]): readonly HolderSource[] {
  const known = sources.get(catalog) ?? new Map<string, HolderSource>();
  sources.set(catalog, known);
  return types.map((type) => {
    const source = known.get(type.typeId) ?? sourceOf(catalog, type);
    known.set(type.typeId, source);
    return source;
  });
}

function sourceOf(catalog: Catalog, { typeId, list, holderOf }: HolderType): HolderSource {
  const rows = catalog.rows(list);
  const ids = new IdTable();
  const ordinals = rows.map((row) => ids.add(list.idOf(row)).ordinal);
  const index = new HolderIndex();
  index.add({ users: rows.map((row) => holderOf(row)), ordinals });
  return { typeId, index, ids };
}

/**
 * Where a listing stands that tells of the users first and of all other principals behind them: `y` is the type of the
 * principal, `a` its id, `o` how many of the rows that are made of it are past.
 */
export const startOfOthers: TokenFields = { y: '', a: '', o: 0 };

export function isOfOthers(cursor: TokenFields | undefined): cursor is TokenFields {
  return cursor?.['y'] !== undefined;
}

/** A principal that is no user, and its number in the source of its type. */
export interface OtherHolder extends Holder {
  readonly source: HolderSource;
  readonly ordinal: number;
}

/** Rows that are made of the principals besides the users, in order of type and id, each with the cursor behind itself. */
export function* rowsOfOthers<Row>(
  catalog: Catalog,
  types: readonly HolderType[],
  cursor: TokenFields,
  rowsOf: (holder: OtherHolder) => readonly Row[],
): Generator<readonly [Row, TokenFields]> {
  const [afterType, afterId, past] = [tokenText(cursor, 'y'), tokenText(cursor, 'a'), tokenNumber(cursor, 'o')];
  const from = Math.max(
    0,
    types.findIndex(({ typeId }) => typeId === afterType),
  );
  const sources = otherSources(catalog, types);
  for (const [place, { typeId, list, holderOf }] of types.entries().drop(from)) {
    const source = sources[place];
    const rows = source === undefined ? [] : catalog.rows(list);
    const isResumed = typeId === afterType;
    for (let ordinal = isResumed ? firstNotBelow(rows, afterId, list.idOf) : 0; ordinal < rows.length; ordinal += 1) {
      const id = list.idOf(rows[ordinal]);
      const made = source === undefined ? [] : rowsOf({ ...holderOf(rows[ordinal]), source, ordinal });
      for (const [behind, row] of made.entries().drop(isResumed && id === afterId ? past : 0)) {
        yield [row, { y: typeId, a: id, o: behind + 1 }];
      }
    }
  }
}

/** The cursor behind the last user, where rows of other principals follow; nothing where none do. */
export function thenOthers(rows: Iterator<unknown>): { readonly next?: TokenFields } {
  return rows.next().done === true ? {} : { next: startOfOthers };
}
