// How much a permission and a role can do. The report's page is bundled for the browser and imports this file, so
// nothing of Node may be needed here.

import { type ReportPermission, type ReportRole, thingFlags } from './report-format.ts';

/** How much a permission can do, judged by whose it is and what it is called. The page prints these rules. */
export type Level = 'administrative' | 'sensitive' | 'ordinary' | 'reading';
export const levels: readonly Level[] = ['administrative', 'sensitive', 'ordinary', 'reading'];

const adminWords = ['admin', 'administer', 'administrator', 'impersonate', 'root', 'superuser', 'owner'];
const sensitiveWords = [
  'delete',
  'remove',
  'destroy',
  'purge',
  'approve',
  'manage',
  'grant',
  'revoke',
  'invite',
  'assign',
  'export',
  'transfer',
  'pay',
  'payout',
  'refund',
  'billing',
  'secret',
  'secrets',
  'key',
  'keys',
  'token',
  'tokens',
  'password',
  'passwords',
  'role',
  'roles',
  'permission',
  'permissions',
  'sso',
  'deploy',
];
const readingWords = ['read', 'view', 'list', 'get', 'see', 'search', 'show'];
export const words = { administrative: adminWords, sensitive: sensitiveWords, reading: readingWords };

/**
 * The level of a permission: Descope's own and "*" are administrative; all others are judged by the words in their
 * names.
 */
export function levelOf(name: string, flags: number): Level {
  if ((flags & thingFlags.system) !== 0 || name.includes('*')) {
    return 'administrative';
  }
  // "invoicesApprove", "invoices.approve" and "INVOICES_APPROVE" are the same words.
  const parts = name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  if (parts.some((part) => adminWords.includes(part))) {
    return 'administrative';
  }
  if (parts.some((part) => readingWords.includes(part)) && !parts.some((part) => part === 'export')) {
    return 'reading';
  }
  return parts.some((part) => sensitiveWords.includes(part)) ? 'sensitive' : 'ordinary';
}

/** Why a role is privileged; empty when it is not. */
export type Privilege = readonly string[];

/** Permissions with which other accounts can be taken over: a password reset, a login added, a group mapped to a role. */
export const takeOverPermissions = ['User Admin', 'SSO Admin', 'Impersonate'];

export const systemRoleName = 'Tenant Admin';
/** A role is broad when it allows at least this share of all permissions, and at least this many. */
export const broad = { share: 0.5, atLeast: 4 };
/** ... or at least this many sensitive permissions. */
export const manySensitive = 3;

/** What is judged, by the places in the lists. */
export interface Power {
  readonly levelOfPermission: readonly Level[];
  /** By role. */
  readonly privilege: readonly Privilege[];
}

/** The roles and permissions to judge; `allows` are places in the list of permissions. */
export interface Judged {
  readonly roles: readonly Pick<ReportRole, 'name' | 'allows'>[];
  readonly permissions: readonly Pick<ReportPermission, 'name' | 'flags'>[];
}

/** Judges every permission by its level, and says of every role why it is privileged. */
export function judgePower({ roles, permissions }: Judged): Power {
  const current = permissions.filter(({ flags }) => (flags & thingFlags.former) === 0).length;
  const levelOfPermission = permissions.map(({ name, flags }) => levelOf(name, flags));
  const privilege = roles.map(({ name, allows }) => {
    const administrative = allows.filter((permission) => levelOfPermission[permission] === 'administrative');
    const sensitive = allows.filter((permission) => levelOfPermission[permission] === 'sensitive');
    return [
      ...(name === systemRoleName ? ['Descope’s own administrator role'] : []),
      ...(administrative.length > 0
        ? [`allows ${administrative.map((permission) => permissions[permission]?.name).join(', ')}`]
        : []),
      ...(allows.length >= Math.max(broad.atLeast, Math.ceil(current * broad.share))
        ? [`allows ${allows.length} of ${current} permissions`]
        : []),
      ...(sensitive.length >= manySensitive ? [`allows ${sensitive.length} sensitive permissions`] : []),
    ];
  });
  return { levelOfPermission, privilege };
}
