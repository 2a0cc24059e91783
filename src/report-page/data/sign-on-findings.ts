import type { ReportCertificate, ReportConfiguration } from '../../answers/report-format.ts';
import { placeOf } from './access.ts';
import type { Analysis } from './analysis.ts';
import type { Finding, FindingRow, Urgency } from './finding.ts';
import { timeOf } from './days.ts';
import { giverInWords, givesPrivilege, membersOf, signOnKnown } from './next-login.ts';
import { loginOf } from './people.ts';
import type { Project } from './project.ts';

/** A certificate that ends within so many days is told. */
export const certificateDays = 30;

/** Findings about single sign-on: who will gain access through it, and what is wrong with it. */
export function signOnFindings(project: Project, analysis: Analysis): Finding[] {
  const { missing } = signOnKnown(project);
  const isUntold = missing.includes('sso_configuration');
  return [privilegedMappings(project, analysis), goneRoles(project), certificates(project), exclusions(project)].map(
    (finding) => (isUntold ? Object.assign(finding, { none: untold, isUntold }) : finding),
  );
}

const untold =
  'This file does not tell: single sign-on and its groups were not read. Make the report from a sync with ' +
  '"--include sso_configuration,idp_group".';

function privilegedMappings(project: Project, analysis: Analysis): Finding {
  const { mappings } = project.signOn;
  return {
    id: 'mapped-privileged',
    urgency: 'look',
    title: 'Privileged roles that a login gives',
    rule:
      'A group mapping, a default role of a configuration, or a default role of a tenant gives a privileged role. ' +
      'Whoever manages the groups at the identity provider decides who gets it. Counted are the known members of ' +
      'the group.',
    none: 'No mapping and no default gives a privileged role.',
    columns: ['name', 'role', 'place', 'members', 'why'],
    rows: mappings
      .filter((mapping) => givesPrivilege(analysis, mapping))
      .map((mapping) => ({
        name: giverInWords(project, mapping),
        role: mapping.target.role,
        place: placeOf(project, mapping.target),
        count: mapping.via === 'group_mapping' ? membersOf(project, mapping.principal).length : 0,
        why: analysis.privilege[mapping.target.role]?.join('; ') ?? '',
      })),
  };
}

function goneRoles(project: Project): Finding {
  const { groups, configurations } = project.signOn;
  const ofGroups = groups.flatMap(({ name, tenant, unknownRoles }) =>
    unknownRoles.map((role): FindingRow => ({ name: nameOfGone(role), place: tenant, why: `mapped to group ${name}` })),
  );
  const ofDefaults = configurations.flatMap(({ ssoId, tenant, unknownRoles }) =>
    unknownRoles.map((role): FindingRow => ({
      name: nameOfGone(role),
      place: tenant,
      why: `default role of SSO configuration ${ssoId}`,
    })),
  );
  return {
    id: 'mapped-gone',
    urgency: 'act',
    title: 'Mappings to a role that does not exist',
    rule:
      'A mapping or a default of single sign-on names a role that neither the tenant nor the project has: deleted ' +
      'since, or misspelt. It gives nothing today. If a role of that name is made again, it may.',
    none: 'Every mapping names a role that exists.',
    columns: ['name', 'place', 'why'],
    rows: [...ofGroups, ...ofDefaults],
  };
}

/** A mapping may keep nothing of a role that was deleted. */
function nameOfGone(role: string): string {
  return role === '' ? '(a role without a name)' : role;
}

interface CertificateRow extends FindingRow {
  readonly urgency: Urgency;
}

function certificates(project: Project): Finding {
  const rank = { act: 0, look: 1, note: 2 };
  const rows = project.signOn.configurations
    .flatMap((configuration) => certificateRows(configuration, timeOf(project)))
    .sort((left, right) => rank[left.urgency] - rank[right.urgency]);
  return {
    id: 'certificates',
    urgency: rows[0]?.urgency ?? 'look',
    title: 'Certificates of single sign-on that end',
    rule:
      `A certificate of the identity provider has expired, ends within ${certificateDays} days of the sync, or cannot ` +
      'be parsed. People may not be able to sign in. Where the configuration has a metadata address, Descope follows ' +
      'the provider by itself, and the row matters less; also where another certificate of the configuration is ' +
      'still good.',
    none: 'Every certificate can be parsed, and none ends soon.',
    columns: ['name', 'place', 'why'],
    rows: rows.map(({ name, place, why }) => ({ name, place, why })),
  };
}

function certificateRows({ ssoId, tenant, certificates: all, metadataUrl }: ReportConfiguration, now: number) {
  const hasGood = all.some((certificate) => daysLeft(certificate, now) > certificateDays);
  return all
    .filter((certificate) => !(daysLeft(certificate, now) > certificateDays))
    .map((certificate): CertificateRow => {
      const days = daysLeft(certificate, now);
      const isWeaker = metadataUrl !== '' || hasGood;
      const why = [
        endInWords(certificate, days),
        ...(metadataUrl === '' ? [] : ['Descope follows the metadata address']),
        ...(hasGood ? ['another certificate is good'] : []),
      ].join('; ');
      return {
        name: `${ssoId}: ${certificate.subject === '' ? 'certificate' : certificate.subject}`,
        place: tenant,
        why,
        urgency: isWeaker ? 'note' : days < 0 ? 'act' : 'look',
      };
    });
}

/** When each certificate of a configuration ends, in words. */
export function certificateEnds(project: Project, { certificates: all }: ReportConfiguration): string[] {
  return all.map((certificate) => endInWords(certificate, daysLeft(certificate, timeOf(project))));
}

/** Not a number for a certificate that could not be parsed. */
function daysLeft({ notAfter }: ReportCertificate, now: number): number {
  return Math.floor((Date.parse(notAfter) - now) / 86_400_000);
}

function endInWords({ notAfter }: ReportCertificate, days: number): string {
  if (Number.isNaN(days)) {
    return 'cannot be parsed';
  }
  const day = notAfter.slice(0, 10);
  return days < 0 ? `expired on ${day}` : `ends on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}

function exclusions(project: Project): Finding {
  const { configurations } = project.signOn;
  const wanted = new Set(configurations.flatMap((one) => (one.isEnforced ? one.exclusions : [])));
  const users = usersBy(project, wanted);
  return {
    id: 'sso-exclusions',
    urgency: 'look',
    title: 'Exceptions from enforced single sign-on',
    rule:
      'The tenant lets its members in through single sign-on only, except for these, who may sign in otherwise. ' +
      'Descope does not say whether an entry is a user id, a login or an address, so all three are looked for. An ' +
      'entry that fits nobody is listed by itself.',
    none: 'No tenant that enforces single sign-on has an exception.',
    columns: ['name', 'user', 'status', 'place'],
    rows: uniqueExclusions(configurations).flatMap(({ tenant, name }) =>
      (users.get(name) ?? [undefined]).map((user) => ({ name, place: tenant, user })),
    ),
  };
}

/** Exceptions are those of the tenant: each of its configurations carries them. */
function uniqueExclusions(configurations: readonly ReportConfiguration[]) {
  const found = new Map<string, { readonly tenant: number; readonly name: string }>();
  for (const { isEnforced, exclusions: names, tenant } of configurations) {
    (isEnforced ? names : []).forEach((name) => found.set(`${tenant} ${name}`, { tenant, name }));
  }
  return found.values().toArray();
}

/** Who is meant by each of the names: a user id, a login or an address, in whatever case. */
function usersBy(project: Project, wanted: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const { users } = project;
  const names = new Map(Array.from(wanted, (name) => [name.toLowerCase(), name]));
  const found = new Map<string, number[]>();
  for (let user = 0; names.size > 0 && user < users.current; user++) {
    const meant = new Set(
      [users.id.at(user), users.email.at(user), loginOf(project, user)].flatMap(
        (text) => names.get(text.toLowerCase()) ?? [],
      ),
    );
    meant.forEach((name) => found.set(name, [...(found.get(name) ?? []), user]));
  }
  return found;
}
