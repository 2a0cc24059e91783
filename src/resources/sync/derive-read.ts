import type { Catalog } from '../../access/catalog.ts';
import type { HolderType } from '../../access/holder-list.ts';
import type { InheritanceMode } from '../../access/inheritance.ts';
import type { IdTable } from '../../descope/users/id-table.ts';
import type { CompletedRead, LookedUp } from './completed-read.ts';
import { type ActingType, checkDangling, type DanglingPolicy, findReferences } from './findings.ts';
import { createHeldBindings } from './held-bindings.ts';
import type { HolderIndex } from './holder-index.ts';
import { InheritedAccess } from './inherited.ts';
import { inheritanceIn } from './inherited-edges.ts';
import { type HolderSource, otherSources } from './other-holders.ts';

/** What a read is judged by. */
export interface ReadJudgement {
  readonly policy: DanglingPolicy & { readonly inheritance?: InheritanceMode };
  readonly types: { readonly otherHolders: readonly HolderType[]; readonly acting: readonly ActingType[] };
}

type Whole = LookedUp &
  Pick<CompletedRead, 'proof' | 'readId' | 'users'> & {
    readonly index: HolderIndex;
  };

/** Looks every reference of a whole read up, and derives what is held and inherited. Throws where too many dangle. */
export function deriveRead(read: Whole, { policy, types }: ReadJudgement): CompletedRead {
  const { catalog, index, users } = read;
  const sources = sourcesOf(catalog, index, users, types.otherHolders);
  const inheritance = inheritanceIn(catalog, policy.inheritance);
  const isUser = (userId: string): boolean => users.has(userId);
  const findings = findReferences(catalog, sources, inheritance, { types: types.acting, isUser });
  checkDangling(findings, policy);
  const heldBindings = createHeldBindings(
    catalog,
    sources.map((source) => source.index),
  );
  const inherited = new InheritedAccess(catalog, inheritance, sources);
  return { ...read, heldBindings, inherited, findings };
}

/** The same look-up where only the rest of the users was read here, of whom nothing else can be derived. */
export function checkRest(
  { catalog, index, users }: Pick<Whole, 'catalog' | 'index' | 'users'>,
  { policy, types }: ReadJudgement,
): void {
  const sources = sourcesOf(catalog, index, users, types.otherHolders);
  checkDangling(findReferences(catalog, sources, inheritanceIn(catalog, policy.inheritance)), policy);
}

/** Everybody who holds something: the users of a read, then the principals of the catalog's lists. */
function sourcesOf(
  catalog: Catalog,
  index: HolderIndex,
  ids: IdTable,
  otherHolders: readonly HolderType[],
): readonly HolderSource[] {
  return [{ typeId: 'user', index, ids }, ...otherSources(catalog, otherHolders)];
}
