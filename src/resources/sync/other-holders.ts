import { type Binding, type Catalog, compareBindings } from '../../access/catalog.ts';
import type { HolderType } from '../../access/holder-list.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import type { IdBytes } from '../../model/grant-template.ts';
import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import { bindingsOf } from './held-bindings.ts';
import { HolderIndex } from './holder-index.ts';

/** Who of one type holds what. */
export interface HolderSource {
  readonly typeId: string;
  readonly index: HolderIndex;
  /** All principals of the type, by number. */
  readonly ids: IdBytes;
}

const sources = new WeakMap<Catalog, Map<string, HolderSource>>();

/**
 * Who of these types holds what, as the catalog's lists show it; made once for a catalog. Numbers follow the order of
 * ids.
 */
export function otherSources(catalog: Catalog, types: readonly HolderType[]): readonly HolderSource[] {
  return types.map((type) => otherSource(catalog, type));
}

function otherSource(catalog: Catalog, type: HolderType): HolderSource {
  const known = sources.get(catalog) ?? new Map<string, HolderSource>();
  sources.set(catalog, known);
  const source = known.get(type.typeId) ?? sourceOf(catalog, type);
  known.set(type.typeId, source);
  return source;
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
 * principal that was told of last, `a` its id, and `n` and `t` the role and tenant, where it was told of with a
 * binding.
 */
export const startOfOthers: TokenFields = { y: '', a: '' };

export function isOfOthers(cursor: TokenFields | undefined): cursor is TokenFields {
  return cursor?.['y'] !== undefined;
}

/** The types from the one on in which a cursor stands. */
export function typesFrom(types: readonly HolderType[], cursor: TokenFields): readonly HolderType[] {
  const place = types.findIndex(({ typeId }) => typeId === tokenText(cursor, 'y'));
  return types.slice(Math.max(0, place));
}

/** A binding that a principal other than a user holds. */
export interface HeldByOther {
  readonly binding: Binding;
  readonly source: HolderSource;
  /** The principal's number in the source of its type. */
  readonly ordinal: number;
}

/**
 * The bindings of the principals besides the users, in order of type and id, each with the cursor behind itself. The
 * cursor says which binding was told last, not how many: another process may read that a principal holds fewer of them
 * by then.
 */
export function* bindingsOfOthers(
  catalog: Catalog,
  types: readonly HolderType[],
  cursor: TokenFields,
): Generator<readonly [HeldByOther, TokenFields]> {
  const [afterType, afterId] = [tokenText(cursor, 'y'), tokenText(cursor, 'a')];
  const afterBinding = { roleName: tokenText(cursor, 'n'), tenantId: tokenText(cursor, 't') };
  for (const type of typesFrom(types, cursor)) {
    const source = otherSource(catalog, type);
    const { typeId, list, holderOf } = type;
    const rows = catalog.rows(list);
    const isResumed = typeId === afterType;
    const from = isResumed ? firstPlace(rows.length, (place) => list.idOf(rows[place]) < afterId) : 0;
    for (let ordinal = from; ordinal < rows.length; ordinal += 1) {
      const id = list.idOf(rows[ordinal]);
      const isBegun = isResumed && id === afterId;
      for (const binding of bindingsOf(holderOf(rows[ordinal]), catalog).toSorted(compareBindings)) {
        if (!isBegun || compareBindings(binding, afterBinding) > 0) {
          yield [
            { binding, source, ordinal },
            { y: typeId, a: id, n: binding.roleName, t: binding.tenantId },
          ];
        }
      }
    }
  }
}

/** The cursor behind the last user, where rows of other principals follow; nothing where none do. */
export function thenOthers(rows: Iterator<unknown>): { readonly next?: TokenFields } {
  return rows.next().done === true ? {} : { next: startOfOthers };
}
