import { type AccessPath, heldInWords, pathInWords } from './access-path.ts';
import type { InheritanceGap } from './access-index.ts';

/** The columns of a path in CSV, in this order; part of the contract. */
export const pathHeader = ['user_id', 'user', 'login', 'email', 'status', 'held', 'held_id', 'role', 'tenant_id', 'tenant', 'permission', 'path'] as const;

export function pathCells(path: AccessPath): string[] {
  return [path.userId, path.user, path.login, path.email, path.status, path.kind, path.heldId, path.role, path.tenantId, path.tenant, path.permission, pathInWords(path)];
}

/** A path as the JSON that is printed: its own fields, and the path in words. */
export function pathJson(path: AccessPath): object {
  return { ...path, path: pathInWords(path) };
}

/** A path as cells of a table, which read from left to right as a sentence. */
export function whoCells(path: AccessPath): string[] {
  return [nameAndStatus(path), `-> ${heldInWords(path)}`, `-> ${path.permission}`, path.login === path.user ? '' : path.login];
}

/** How the columns of `whoCells` and `heldCells` give way. The permission goes early: it stands above the table, too. */
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

/** What is held, of one user who is named above the table. */
export function heldCells(path: AccessPath): string[] {
  return [`-> ${heldInWords(path)}`, path.permission === '' ? '' : `-> ${path.permission}`];
}

/** Who is not simply enabled is marked: that a disabled user holds something is what a reviewer looks for. */
export function nameAndStatus({ user, status }: Pick<AccessPath, 'user' | 'status'>): string {
  return status === 'enabled' || status === '' ? user : `${user} (${status})`;
}

/** What every answer has to say of what it does not know. */
export function gapInWords({ inheritingTenants, inheritedRoles }: InheritanceGap): string {
  if (inheritingTenants === 0) {
    return 'note: no tenant inherits from another, so nothing is left out for that';
  }
  return `note: inherited access is not derived yet, nor in this answer (${count(inheritingTenants, 'tenant')}, ${count(inheritedRoles, 'role')})`;
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
