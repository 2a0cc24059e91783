import { readFile } from 'node:fs/promises';
import { grantorsOf, scopesOf, tenantsOfConsent, usersOfApp } from '../../src/report-page/data/apps.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { entitlementOf } from './reports.ts';

/** What a page has of keys, applications, consents and the console: a grant's id, and what it says of itself, as JSON. */
export function otherGrantsOf(project: Project): string[] {
  const { keys, keyHoldings, holdings, users, tenants, apps, console: console_ } = project;
  const { consents } = apps;
  const second = (seconds: number | undefined): string =>
    seconds === undefined || seconds === 0 ? '' : new Date(seconds * 1000).toISOString();
  return [
    ...holdings.targets.flatMap((target, number) =>
      Array.from(
        keyHoldings.keysOf.subarray(keyHoldings.targetStart[number], keyHoldings.targetStart[number + 1]),
        (key) => line(`${entitlementOf(project, target)}:access_key:${keys[key]?.id}`),
      ),
    ),
    ...apps.applications.flatMap(({ id }, app) =>
      Array.from(usersOfApp(project, app), (user) => line(`application:${id}:access:user:${users.id.at(user)}`)),
    ),
    ...Array.from({ length: consents.count }, (_, at) => {
      const holder = consents.holder[at] ?? 0;
      const [type, id = ''] =
        consents.isTenant[at] === 1 ? ['tenant', tenants[holder]?.id] : ['user', users.id.at(holder)];
      return line(`third_party_app:${apps.thirdParty[consents.app[at] ?? -1]?.id}:consent:${type}:${id}`, {
        scopes: scopesOf(project, at),
        granted_by: consents.grantors[at] === 0 ? [id] : grantorsOf(project, at),
        tenants: tenantsOfConsent(project, at),
        created: second(consents.createdAt[at]),
        expires: second(consents.expiresAt[at]),
      });
    }),
    ...console_.grants.map(({ project: at, isKey, holder, roles, via, tags, isUncertain }) => {
      const to = isKey ? `management_key:${console_.keys[holder]?.id}` : `console_admin:${console_.admins[holder]?.id}`;
      const slug = isKey ? 'management_key_role' : (roles[0] ?? '');
      return line(`project:${console_.projects[at]?.id}:${slug}:${to}`, {
        roles: isKey ? roles : [],
        via,
        tags,
        certainty: isUncertain ? 'uncertain' : '',
      });
    }),
  ].toSorted();
}

interface JsonGrant {
  readonly id: string;
  readonly entitlement: { readonly resource: { readonly id: { readonly resourceType: string } } };
  readonly principal: { readonly id: { readonly resourceType: string } };
  readonly annotations?: readonly { readonly metadata?: Readonly<Record<string, unknown>> }[];
}

/** The same of a sync file, read as plain JSON and by nothing of ours. */
export async function otherGrantsIn(path: string): Promise<string[]> {
  const { grants } = JSON.parse(await readFile(path, 'utf8')) as { readonly grants: readonly JsonGrant[] };
  const fields: Readonly<Record<string, readonly string[]>> = {
    third_party_app: ['scopes', 'granted_by', 'tenants', 'created', 'expires'],
    project: ['roles', 'via', 'tags', 'certainty'],
    application: [],
  };
  return grants
    .flatMap(({ id, entitlement, principal, annotations = [] }) => {
      const type = entitlement.resource.id.resourceType;
      const wanted = principal.id.resourceType === 'access_key' ? [] : fields[type];
      const metadata = annotations.find((one) => one.metadata !== undefined)?.metadata ?? {};
      return wanted === undefined
        ? []
        : [line(id, Object.fromEntries(wanted.map((name) => [name, inOneForm(name, metadata[name])])))];
    })
    .toSorted();
}

function inOneForm(name: string, value: unknown): unknown {
  if (name === 'created' || name === 'expires') {
    return typeof value === 'string' ? new Date(value).toISOString() : '';
  }
  return value ?? (name === 'via' || name === 'certainty' ? '' : []);
}

function line(id: string, notes: object = {}): string {
  return `${id} ${JSON.stringify(notes)}`;
}
