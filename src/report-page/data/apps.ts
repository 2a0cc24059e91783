import type { ReportThirdPartyApp } from '../../answers/report-things.ts';
import type { Analysis } from './analysis.ts';
import type { Project } from './project.ts';

/** Whether an app of others is switched on. */
export function isAppActive({ status }: ReportThirdPartyApp): boolean {
  return status === '' || status === 'active';
}

/** Users who were given application n by name. */
export function usersOfApp({ apps }: Project, application: number): Uint32Array {
  return apps.users.subarray(apps.userStart[application], apps.userStart[application + 1]);
}

/** Places of the consents to each app, and of each holder. */
export interface ConsentIndex {
  readonly byApp: ReadonlyMap<number, readonly number[]>;
  readonly byUser: ReadonlyMap<number, readonly number[]>;
  readonly byTenant: ReadonlyMap<number, readonly number[]>;
}

const indexes = new WeakMap<Project, ConsentIndex>();

export function consentsBy(project: Project): ConsentIndex {
  const known = indexes.get(project);
  if (known !== undefined) {
    return known;
  }
  const { count, app, isTenant, holder } = project.apps.consents;
  const index = {
    byApp: new Map<number, number[]>(),
    byUser: new Map<number, number[]>(),
    byTenant: new Map<number, number[]>(),
  };
  const put = (map: Map<number, number[]>, at: number, consent: number): void => {
    const list = map.get(at);
    if (list === undefined) {
      map.set(at, [consent]);
    } else {
      list.push(consent);
    }
  };
  for (let consent = 0; consent < count; consent++) {
    put(index.byApp, app[consent] ?? 0, consent);
    put(isTenant[consent] === 1 ? index.byTenant : index.byUser, holder[consent] ?? 0, consent);
  }
  indexes.set(project, index);
  return index;
}

/** The scopes of a consent. */
export function scopesOf({ apps }: Project, consent: number): readonly string[] {
  return apps.scopes.sets[apps.consents.scopes[consent] ?? -1] ?? [];
}

/** Ids of who gave a consent; empty where the holder did, alone. */
export function grantorsOf({ apps }: Project, consent: number): readonly string[] {
  return apps.scopes.grantors[(apps.consents.grantors[consent] ?? 0) - 1] ?? [];
}

/** Ids of the tenants inside which a user's consent counts; empty where it counts everywhere. */
export function tenantsOfConsent({ apps }: Project, consent: number): readonly string[] {
  return apps.scopes.tenants[(apps.consents.tenants[consent] ?? 0) - 1] ?? [];
}

/** Why a consent is wide: a scope stands for a privileged role, or for an administrative permission. */
export function wideOf(project: Project, analysis: Analysis): (consent: number) => string {
  const { roles, permissions, apps } = project;
  const privileged = new Set(
    roles.filter((_, at) => (analysis.privilege[at]?.length ?? 0) > 0).map(({ name }) => name),
  );
  const administrative = new Set(
    permissions.filter((_, at) => analysis.levelOfPermission[at] === 'administrative').map(({ name }) => name),
  );
  const wide = apps.thirdParty.map(
    ({ scopes }) =>
      new Map(
        scopes.flatMap(({ name, values }) => {
          const powers = values.flatMap((value) =>
            privileged.has(value)
              ? [`the privileged role ${value}`]
              : administrative.has(value)
                ? [`the administrative permission ${value}`]
                : [],
          );
          return powers.length === 0 ? [] : [[name, `scope ${name} stands for ${powers.join(', ')}`] as const];
        }),
      ),
  );
  return (consent) => {
    const ofApp = wide[apps.consents.app[consent] ?? -1];
    return scopesOf(project, consent)
      .flatMap((scope) => ofApp?.get(scope) ?? [])
      .join('; ');
  };
}

/** Whom an application lets in who was given none by name. */
export function defaultInWords(word: string): string {
  return word === 'all'
    ? 'everybody without an application of their own'
    : word === 'none'
      ? 'nobody else'
      : 'unknown: Descope does not tell';
}
