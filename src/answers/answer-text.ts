import { printable } from './printable.ts';
import { type AccessPath, heldInWords, pathInWords, wayInWords } from './access-path.ts';
import { isKnownType, typeInWords } from '../sync-format/known-types.ts';
import { detailsInWords } from './details.ts';
import type { FileIndex } from './file-index.ts';
import { humansOnlyInWords, inheritanceInWords, nextLoginInWords, notReadIn } from './limits.ts';
import type { Namesakes } from './namesakes.ts';
import { noteGap } from './table.ts';
import { type UnknownCounts, unknownInWords } from './unknown.ts';

/** The columns of a path in CSV, in this order; part of the contract. */
export const pathHeader = [
  'user_id',
  'user',
  'login',
  'email',
  'status',
  'held',
  'held_id',
  'role',
  'tenant_id',
  'tenant',
  'permission',
  'path',
  'way',
  'from_tenant_id',
  'certainty',
  'reason',
  'principal_type',
  'principal_id',
  'via',
  'through',
  'entitlement',
  'scopes',
  'granted_by',
  'created_at',
  'expires_at',
  'roles',
  'tags',
] as const;

export function pathCells(path: AccessPath): string[] {
  return [
    path.userId,
    path.user,
    path.login,
    path.email,
    path.status,
    path.held?.type ?? path.kind,
    path.heldId,
    path.role,
    path.tenantId,
    path.tenant,
    path.permission,
    pathInWords(path),
    path.way,
    path.from,
    path.certainty,
    path.reason,
    path.principal?.type ?? 'user',
    path.principal?.id ?? path.userId,
    path.via,
    path.through.map(({ id }) => id).join(' > '),
    path.entitlement ?? '',
    ...['scopes', 'granted_by', 'created', 'expires', 'roles', 'tags'].map((key) => cellOf(path.details?.[key])),
  ];
}

/** What a grant says of itself, as a cell: lists with commas, times as they are. */
function cellOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? value : '';
}

/**
 * A path as the JSON that is printed: its own fields, who has the access whether a user or not, and the path in words;
 * `through` are ids.
 */
export function pathJson(path: AccessPath): object {
  const { through, alsoMappedBy, principal, boundKeys, ...told } = path;
  const { userId: id, login } = path;
  return {
    ...told,
    principal: principal ?? { type: 'user', id, ...(login !== '' && { login }) },
    through: through.map((step) => step.id),
    ...(boundKeys !== undefined && { boundKeys: boundKeys.map((key) => key.id) }),
    ...(alsoMappedBy !== undefined && { alsoMappedBy: alsoMappedBy.map((group) => group.id) }),
    path: pathInWords(path),
  };
}

/**
 * A path as cells of a table, which read from left to right as a sentence; the last one is a note with the ids that are
 * needed.
 */
export function whoCells(path: AccessPath, names: Namesakes): string[] {
  return [
    whoInWords(path),
    `-> ${path.held === undefined ? heldInWords(path) : (path.entitlement ?? '').replaceAll('_', ' ')}`,
    path.permission === '' ? '' : `-> ${path.permission}`,
    path.login === path.user ? '' : path.login,
    noteOf(path, names),
  ];
}

/** "Ada (disabled)", "Acme CI (access key, expired)", "tenant Acme". */
function whoInWords(path: AccessPath): string {
  const { principal, status, way, user } = path;
  if (principal === undefined || principal.name === '' || way === 'will_gain' || !isKnownType(principal.type)) {
    return nameAndStatus({ user, status });
  }
  const about = [typeInWords(principal.type), ...(isUsual(status) ? [] : [status])];
  return `${principal.name} (${about.join(', ')})`;
}

/** How it comes about, where it is not held as it stands, and the ids that are needed. */
function noteOf(path: AccessPath, names: Namesakes, ids = idsNeeded(path, names)): string {
  const { way, alsoMappedBy, principal, through, boundKeys = [], details = {} } = path;
  const how =
    way === 'inherited'
      ? wayInWords(path, (step) => tenantInWords(step, names))
      : way === 'will_gain' && principal === undefined
        ? `through group ${through.map(({ name }) => name).join(', ')}`
        : '';
  const back =
    alsoMappedBy === undefined
      ? ''
      : `a revoke comes back at the next login: group ${alsoMappedBy.map(({ name }) => name).join(', ')}`;
  const keys = boundKeys.map(({ id, name }) => (name === '' ? id : name)).join(', ');
  const byKeys = keys === '' ? '' : `also by key ${keys}`;
  return [how, detailsInWords(details), back, byKeys, ids].filter((text) => text !== '').join(noteGap);
}

/**
 * The ids of the user and of what is held, where another one has the same name: "U2abc", "-> acme-2/Editor", or both.
 */
export function idsNeeded(
  path: Pick<AccessPath, 'userId' | 'user' | 'heldId' | 'role' | 'tenant'>,
  names: Namesakes,
): string {
  return [
    ...(path.userId !== '' && path.user !== path.userId && names.isUserShared(path.user) ? [path.userId] : []),
    ...(isHeldShared(path, names) ? [`-> ${path.heldId}`] : []),
  ].join(' ');
}

function isHeldShared({ role, tenant }: Pick<AccessPath, 'role' | 'tenant'>, names: Namesakes): boolean {
  return (tenant !== '' && names.isTenantShared(tenant)) || (role !== '' && names.isRoleShared(role));
}

/** A tenant's name, with its id where another tenant has the same name. */
export function tenantInWords({ id, name }: { readonly id: string; readonly name: string }, names: Namesakes): string {
  return name !== id && names.isTenantShared(name) ? `${name} (${id})` : name;
}

/**
 * Which columns of `whoCells` and `heldCells` are narrowed first. The permission goes early, since the title names it.
 */
export const whoShrink = [
  { column: 3, to: 0 },
  { column: 2, to: 0 },
  { column: 1, to: 30 },
  { column: 0, to: 12 },
] as const;
/** The same where the first column says who is not known by name: "everyone who signs in through Okta". */
export const gainShrink = [
  { column: 3, to: 0 },
  { column: 2, to: 0 },
  { column: 1, to: 24 },
  { column: 0, to: 24 },
] as const;
export const heldShrink = [
  { column: 0, to: 24 },
  { column: 1, to: 24 },
] as const;

/** "application Wiki", "consent of third-party app Ledger Sync": what is of a type that we know, by its name alone. */
function heldForPeople(path: AccessPath): string {
  const { held, entitlement = '' } = path;
  if (held === undefined || held.name === '' || !isKnownType(held.type)) {
    return heldInWords(path);
  }
  const what = `${typeInWords(held.type)} ${held.name}`;
  return ['', 'access'].includes(entitlement) ? what : `${entitlement.replaceAll('_', ' ')} of ${what}`;
}

/**
 * What one user holds, as cells of a table whose title names the user. The last cell is a note with the id, where it is
 * needed.
 */
export function heldCells(path: AccessPath, names: Namesakes): string[] {
  return [
    `-> ${heldForPeople(path)}`,
    path.permission === '' ? '' : `-> ${path.permission}`,
    noteOf(path, names, isHeldShared(path, names) ? `-> ${path.heldId}` : ''),
  ];
}

/** The same of what the next login gives; where it does so only on one way of signing in, that is said in front. */
export function gainCells(path: AccessPath, names: Namesakes): string[] {
  const [held = '', allowed = '', note = ''] = heldCells(path, names);
  const giver = path.through.map(({ name }) => name).join(', ');
  const how = path.principal?.type === 'sso_configuration' ? `if they sign in through ${giver}` : '';
  return [held, allowed, [how, note].filter((text) => text !== '').join(noteGap)];
}

/** A user's name, with the status unless that is `enabled`: reviewers look for disabled users who still hold access. */
export function nameAndStatus({ user, status }: Pick<AccessPath, 'user' | 'status'>): string {
  return isUsual(status) ? user : `${user} (${status})`;
}

/** Statuses of what may be used: nobody needs to be told. */
export function isUsual(status: string): boolean {
  return ['', 'enabled', 'active'].includes(status);
}

/**
 * What every answer says about completeness, and about what it does not know: one line each. `relevant` are the words of
 * `--include` that matter to the question, all by default.
 */
export function limitsInWords(
  index: Pick<FileIndex, 'gap' | 'inheritance' | 'summary' | 'types' | 'unknown' | 'isHumansOnly' | 'moment'>,
  relevant?: readonly string[],
): string[] {
  const { consistency } = index.summary;
  const read =
    consistency === undefined
      ? 'the file does not say how it was proved complete'
      : consistency.mode === 'unproven'
        ? 'it is not proved that nobody is missing: "consistency" in the file says why'
        : 'all users, tenants, roles and permissions were read';
  const notRead = notReadIn(index, relevant);
  const told = [
    read,
    ...inheritanceInWords(index),
    ...nextLoginInWords(index),
    ...(notRead === undefined ? [] : [notRead.words]),
    ...(index.isHumansOnly ? [humansOnlyInWords] : []),
  ];
  return [...momentInWords(index), ...told.map((text) => `note: ${text}`), ...unknownNotes(index.unknown)];
}

/** What a store knows of the time: nothing of what came and went between two syncs. */
export function momentInWords({ moment }: Pick<FileIndex, 'moment'>): string[] {
  if (moment === undefined) {
    return [];
  }
  const { startedAt, finishedAt, next } = moment;
  const read = `as the sync found it that read from ${printable(startedAt)} to ${printable(finishedAt)}`;
  return [
    next === undefined
      ? `note: ${read}, the newest in the store`
      : `note: ${read}; the next one read from ${printable(next.startedAt)}: what came and went between the two is not known`,
  ];
}

/** The same notes for what a file holds of other types. */
export function unknownNotes(unknown: UnknownCounts | undefined): string[] {
  return unknownInWords(unknown).map((text) => `note: ${text}`);
}
