import { type AccessPath, heldInWords, pathInWords } from './access-path.ts';
import { count } from './count.ts';
import type { FileIndex } from './file-index.ts';
import type { Namesakes } from './namesakes.ts';
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
  ];
}

/** A path as the JSON that is printed: its own fields, and the path in words. */
export function pathJson(path: AccessPath): object {
  return { ...path, path: pathInWords(path) };
}

/**
 * A path as cells of a table, which read from left to right as a sentence; the last one is a note with the ids that are
 * needed.
 */
export function whoCells(path: AccessPath, names: Namesakes): string[] {
  return [
    nameAndStatus(path),
    `-> ${heldInWords(path)}`,
    `-> ${path.permission}`,
    path.login === path.user ? '' : path.login,
    idsNeeded(path, names),
  ];
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
export const heldShrink = [
  { column: 0, to: 24 },
  { column: 1, to: 24 },
] as const;

/**
 * What one user holds, as cells of a table whose title names the user. The last cell is a note with the id, where it is
 * needed.
 */
export function heldCells(path: AccessPath, names: Namesakes): string[] {
  return [
    `-> ${heldInWords(path)}`,
    path.permission === '' ? '' : `-> ${path.permission}`,
    isHeldShared(path, names) ? `-> ${path.heldId}` : '',
  ];
}

/** A user's name, with the status unless that is `enabled`: reviewers look for disabled users who still hold access. */
export function nameAndStatus({ user, status }: Pick<AccessPath, 'user' | 'status'>): string {
  return status === 'enabled' || status === '' ? user : `${user} (${status})`;
}

/** What every answer says about completeness, and about what it does not know: one line each. */
export function limitsInWords({
  gap: { inheritingTenants, inheritedRoles },
  summary: { consistency },
  unknown,
}: Pick<FileIndex, 'gap' | 'summary' | 'unknown'>): string[] {
  const read =
    consistency === undefined
      ? 'the file does not say how it was proved complete'
      : consistency.mode === 'unproven'
        ? 'it is not proved that nobody is missing: "consistency" in the file says why'
        : 'all users, tenants, roles and permissions were read';
  const derived =
    inheritingTenants === 0
      ? 'no tenant inherits from another, so no access is left out'
      : `access that tenants inherit is not derived from it (${count(inheritingTenants, 'tenant')}, ${count(inheritedRoles, 'role')})`;
  return [`note: ${read}`, `note: ${derived}`, ...unknownNotes(unknown)];
}

/** The same notes for what a file holds of other types. */
export function unknownNotes(unknown: UnknownCounts | undefined): string[] {
  return unknownInWords(unknown).map((text) => `note: ${text}`);
}
