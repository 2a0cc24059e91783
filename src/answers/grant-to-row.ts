import type { Grant } from '../model/messages.ts';
import type { GrantRow } from '../model/row.ts';
import { edgeNotesOf } from '../sync-format/stored-rows.ts';
import type { Certainty, FileGrant, FileInheritance, FileMapping, FileRow, FileUnknownGrant } from './rows.ts';
import type { JsonId } from './to-row.ts';

/** As much of a grant as the rows need; protobuf JSON has this shape. */
export interface JsonGrant {
  readonly id?: string;
  readonly entitlement?: { readonly id?: string; readonly resource?: { readonly id?: JsonId } };
  readonly principal?: { readonly id?: JsonId };
  readonly annotations?: readonly JsonAnnotation[];
  readonly sources?: { readonly sources?: Readonly<Record<string, unknown>> };
}

interface JsonAnnotation {
  readonly resourceTypeIds?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What a grant's annotations say, where it is an edge. */
interface EdgeNotes {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The types to which it is passed on. */
  readonly typeIds: readonly string[];
}

interface Parts {
  readonly id: string;
  readonly on: JsonId | undefined;
  readonly to: JsonId | undefined;
  readonly entitlementId: string;
  /** Whether another tool worked it out from other grants, and nobody holds it as it stands. */
  readonly isExpanded: () => boolean;
  readonly notes: () => EdgeNotes;
}

export function rowOfJsonGrant({
  id = '',
  entitlement,
  principal,
  annotations = [],
  sources,
}: JsonGrant): FileRow | undefined {
  return rowOf({
    id,
    on: entitlement?.resource?.id,
    to: principal?.id,
    entitlementId: entitlement?.id ?? '',
    isExpanded: () => sources !== undefined && isExpanded(Object.keys(sources.sources ?? {}), entitlement?.id),
    notes: () => ({
      metadata: annotations.find(({ metadata }) => metadata !== undefined)?.metadata ?? {},
      typeIds: annotations.find(({ resourceTypeIds }) => resourceTypeIds !== undefined)?.resourceTypeIds ?? [],
    }),
  });
}

export function rowOfGrant(grant: Grant): FileRow | undefined {
  const { id, entitlement, principal, sources } = grant;
  return rowOf({
    id,
    on: entitlement?.resource?.id,
    to: principal?.id,
    entitlementId: entitlement?.id ?? '',
    isExpanded: () => sources !== undefined && isExpanded(Object.keys(sources.sources), entitlement?.id),
    notes: () => edgeNotesOf(grant),
  });
}

/** A grant by its identity; its message is asked for only where that does not tell all. */
export interface StoredGrant extends Pick<Parts, 'id' | 'on' | 'to' | 'entitlementId'> {
  /** Undefined for a grant that has nothing but its identity. */
  readonly message: () => Grant | undefined;
}

export function rowOfStoredGrant({ message, ...identity }: StoredGrant): FileRow | undefined {
  return rowOf({
    ...identity,
    isExpanded: () => isExpanded(Object.keys(message()?.sources?.sources ?? {}), identity.entitlementId),
    notes: () => {
      const grant = message();
      return grant === undefined ? { metadata: {}, typeIds: [] } : edgeNotesOf(grant);
    },
  });
}

/** A grant that a connector lists: it is held as it stands, and its message is asked for only where that counts. */
export function rowOfListedGrant(row: GrantRow): FileRow | undefined {
  return rowOf({
    id: row.id,
    entitlementId: row.entitlementId,
    on: { resourceType: row.typeId, resource: row.resourceId },
    to: { resourceType: row.principalTypeId, resource: row.principalId },
    isExpanded: () => false,
    notes: () => edgeNotesOf(row.message),
  });
}

/** A tool that expands grants names what each came from, and the entitlement itself where it is held directly, too. */
function isExpanded(sources: readonly string[], entitlementId: string | undefined): boolean {
  return sources.length > 0 && !sources.some((source) => source === entitlementId);
}

const heldKinds = { tenant: 'tenant', role: 'role', role_binding: 'binding' } as const;
const conferringKinds = { role: 'role', role_binding: 'binding' } as const;
const inheritingKinds = { tenant: 'tenant', role_binding: 'binding' } as const;
const holderTypes: ReadonlySet<string> = new Set(['user', 'access_key']);

/** What our rows call a type that can be granted; undefined for a type that we do not know. */
export function kindOfType(typeId: string): FileGrant['on']['kind'] | undefined {
  return typeId === 'permission' ? 'permission' : lookUp(heldKinds, typeId);
}

/** Undefined for a grant that says nothing of its own: a permission of a user follows from a role. */
function rowOf({ id, on, to, entitlementId, isExpanded: isDerived, notes }: Parts): FileRow | undefined {
  const [onType, toType] = [on?.resourceType ?? '', to?.resourceType ?? ''];
  const [onId, toId] = [on?.resource ?? '', to?.resource ?? ''];
  const onKind = lookUp(heldKinds, onType);
  if (holderTypes.has(toType) && (onKind !== undefined || onType === 'permission') && isDerived()) {
    return undefined;
  }
  if (onKind !== undefined && toType === 'user') {
    return { kind: 'grant', id, on: { kind: onKind, id: onId }, to: { kind: 'user', id: toId } };
  }
  const toKind = lookUp(conferringKinds, toType);
  if (onType === 'permission' && toKind !== undefined) {
    return { kind: 'grant', id, on: { kind: 'permission', id: onId }, to: { kind: toKind, id: toId } };
  }
  if (onType === 'permission' && toType === 'user') {
    return undefined;
  }
  if (onType === 'idp_group' && toType === 'user') {
    return { kind: 'group-member', id, groupId: onId, userId: toId };
  }
  const edge = onKind === undefined || holderTypes.has(toType) ? undefined : edgeOf({ id, on, to, notes });
  return (
    edge ??
    unknownOf({
      id,
      slug: entitlementId.slice(`${onType}:${onId}:`.length),
      on: { typeId: onType, id: onId },
      to: { typeId: toType, id: toId },
      notes,
    })
  );
}

function unknownOf({
  notes,
  ...parts
}: Pick<FileUnknownGrant, 'id' | 'slug' | 'on' | 'to'> & Pick<Parts, 'notes'>): FileRow {
  const { metadata } = notes();
  return {
    kind: 'unknown',
    what: 'grant',
    ...parts,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
  };
}

/** What is inherited or mapped, by what the grant says of itself; undefined for one that says neither. */
function edgeOf({
  id,
  on,
  to,
  notes,
}: Omit<Parts, 'isExpanded' | 'entitlementId'>): FileInheritance | FileMapping | undefined {
  const { metadata, typeIds } = notes();
  const [onId, toId] = [on?.resource ?? '', to?.resource ?? ''];
  const word = (name: string): string => textIn(metadata, name);
  const fromKind = lookUp(heldKinds, to?.resourceType);
  const heirKind = lookUp(inheritingKinds, on?.resourceType);
  if (word('inherited_from') !== '' && heirKind !== undefined && fromKind !== undefined) {
    const certainty = certaintyOf(word('certainty'));
    return {
      kind: 'inheritance',
      id,
      on: { kind: heirKind, id: onId },
      from: { kind: fromKind, id: toId },
      ancestor: word('inherited_from'),
      certainty,
      keys: !typeIds.includes('access_key')
        ? ''
        : word('certainty_keys') === ''
          ? certainty
          : certaintyOf(word('certainty_keys')),
      reason: word('reason'),
    };
  }
  const givenKind = lookUp(conferringKinds, on?.resourceType);
  if (word('via') !== '' && givenKind !== undefined) {
    const priority = metadata['priority'];
    return {
      kind: 'mapping',
      id,
      on: { kind: givenKind, id: onId },
      via: word('via'),
      from: { typeId: to?.resourceType ?? '', id: toId },
      ssoId: word('sso_id'),
      ...(typeof priority === 'number' && { priority }),
    };
  }
  return undefined;
}

/** A word that we do not know is no certainty. */
function certaintyOf(word: string): Certainty {
  return word === 'derived' ? 'derived' : 'uncertain';
}

function lookUp<T extends string>(table: Readonly<Record<string, T>>, key = ''): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function textIn(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  return typeof value === 'string' ? value : '';
}
