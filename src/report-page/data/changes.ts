import { thingFlags } from '../../answers/report-format.ts';
import { placeOf } from './access.ts';
import type { HoldingChange, Project } from './project.ts';

/** One change since the older file. Ordinals; a place is a tenant's, -1 for the whole project. */
export interface ChangeRow {
  readonly sign: '+' | '−';
  readonly what: string;
  readonly user?: number | undefined;
  readonly role?: number | undefined;
  readonly place?: number | undefined;
  readonly permission?: number | undefined;
  readonly name?: string | undefined;
}

export interface Changes {
  /** Memberships and roles that people gained and lost. */
  readonly access: readonly ChangeRow[];
  /** People who came, went, or whose status changed. */
  readonly people: readonly ChangeRow[];
  /** Permissions that roles gained and lost: it changes what all their holders can do. */
  readonly roles: readonly ChangeRow[];
  /** Tenants, roles and permissions that came and went. */
  readonly things: readonly ChangeRow[];
}

export function listChanges(project: Project): Changes {
  const { about, users, roles, statuses, gained, lost } = project;
  const held = (sign: '+' | '−', changes: readonly HoldingChange[]): ChangeRow[] =>
    changes.map(({ user, target }) => ({ sign, what: target.role === -1 ? 'membership' : 'role', user, role: target.role === -1 ? undefined : target.role, place: placeOf(project, target) }));
  const former = Array.from({ length: users.count - users.current }, (_, at) => users.current + at);
  return {
    access: [...held('+', gained), ...held('−', lost)],
    people: [
      ...(about.newUsers ?? []).map((user): ChangeRow => ({ sign: '+', what: 'appeared', user })),
      ...former.map((user): ChangeRow => ({ sign: '−', what: 'gone', user })),
      ...(about.statusBefore ?? []).map(([user, before]): ChangeRow => {
        const [was, now] = [statuses[before] ?? '', statuses[users.status[user] ?? 0] ?? ''];
        return { sign: now === 'disabled' || now === 'expired' ? '−' : '+', what: `was ${was}, is ${now}`, user };
      }),
    ],
    roles: roles.flatMap(({ allows, allowedBefore, flags }, role) =>
      allowedBefore === undefined || (flags & (thingFlags.isNew | thingFlags.former)) !== 0
        ? []
        : [
            ...allows.filter((permission) => !allowedBefore.includes(permission)).map((permission): ChangeRow => ({ sign: '+', what: 'allows now', role, permission })),
            ...allowedBefore.filter((permission) => !allows.includes(permission)).map((permission): ChangeRow => ({ sign: '−', what: 'allowed before', role, permission })),
          ],
    ),
    things: [
      ...comings(project.tenants, 'tenant', (place) => ({ place })),
      ...comings(roles, 'role', (role) => ({ role, place: roles[role]?.tenant })),
      ...comings(project.permissions, 'permission', (permission) => ({ permission })),
    ],
  };
}

function comings(list: readonly { readonly flags: number; readonly name: string }[], what: string, of: (ordinal: number) => Partial<ChangeRow>): ChangeRow[] {
  return list.flatMap(({ flags, name }, at) => {
    const sign = (flags & thingFlags.isNew) !== 0 ? '+' : (flags & thingFlags.former) !== 0 ? '−' : undefined;
    return sign === undefined ? [] : [{ sign, what, name, ...of(at) }];
  });
}
