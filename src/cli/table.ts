import type { SyncSummary } from '../sync/summary.ts';

/** Why a custom attribute is not in the file, in words. */
const dropWords: Readonly<Record<string, string>> = {
  tooLarge: 'with all others of its owner, since they are more than 256 KiB together',
  tooDeep: 'nested more than 16 levels deep, or of a type that JSON does not have',
  inexactNumber: 'a number beyond 2^53, which cannot be represented exactly',
  reservedName: 'named "__proto__"',
};

/** What a reader must know besides the counts, one line each; none when all is in order. */
export function remarks(summary: SyncSummary): readonly string[] {
  const { dangling, ambiguous, cut, inheritance, counts } = summary;
  const lines: string[] = [];
  if ((counts.resources['user'] ?? 0) === 0) {
    lines.push('warning: the project has no users at all; is it the right project and key?');
  }
  if (summary.consistency.mode === 'unproven') {
    lines.push(
      'warning: as many users were read as Descope counts, but it is not proved that nobody is missing (why: "consistency" in the summary)',
    );
  }
  if (dangling.count > 0) {
    const ofKeys = summary.access_keys?.bound_to_nobody ?? 0;
    const bound = ofKeys === 0 ? '' : `, among them ${counted(ofKeys, 'access key')} bound to a user who is gone`;
    lines.push(
      `warning: ${counted(dangling.count, 'reference')} to something that does not exist${bound} (summary.dangling)`,
    );
  }
  if (ambiguous.count > 0) {
    lines.push(
      `note: ${counted(ambiguous.count, 'role')} held that tenant and project both define (summary.ambiguous)`,
    );
  }
  if (cut.textsCut > 0) {
    lines.push(`note: ${counted(cut.textsCut, 'text')} cut: longer than the protocol carries`);
  }
  if (cut.attributesDropped > 0) {
    const reasons = Object.entries(cut.dropReasons ?? {}).map(
      ([reason, count]) => `${count.toLocaleString('en')} ${dropWords[reason] ?? reason}`,
    );
    lines.push(`note: ${counted(cut.attributesDropped, 'custom attribute')} left out: ${reasons.join(', ')}`);
  }
  if (inheritance.uncertain > 0) {
    lines.push(
      `note: ${inheritance.uncertain.toLocaleString('en')} of ${counted(inheritance.edges, 'inherited grant')} ` +
        'uncertain: Descope does not say what flows there (summary.inheritance)',
    );
  }
  const broken = inheritance.loops + inheritance.unknown_parents;
  if (broken > 0) {
    lines.push(
      `warning: ${counted(broken, 'tenant')} with a parent that is unknown or in a loop: nothing is inherited through ` +
        'it (summary.inheritance)',
    );
  }
  return [
    ...lines,
    ...keyRemarks(summary),
    ...ssoRemarks(summary),
    ...thirdPartyRemarks(summary),
    ...consoleRemarks(summary),
  ];
}

/** The same of access keys. */
function keyRemarks({ access_keys: keys }: SyncSummary): readonly string[] {
  return keys?.scim === 'not-offered'
    ? ['note: this deployment of Descope does not tell which access keys are those of SCIM (summary.access_keys)']
    : [];
}

/** What a deployment does not tell of single sign-on, and what leads nowhere in it. */
function ssoRemarks({ sso }: SyncSummary): readonly string[] {
  if (sso === undefined) {
    return [];
  }
  const lines: string[] = [];
  if (sso.settings === 'not-offered') {
    lines.push('warning: this deployment of Descope tells of no SSO settings (summary.sso)');
  }
  if (sso.settings === 'limited') {
    lines.push(
      'warning: this deployment of Descope tells of the default SSO configuration of each tenant only (summary.sso)',
    );
  }
  if (sso.groups === 'not-offered') {
    lines.push('warning: this deployment of Descope tells of no groups (summary.sso)');
  }
  if (sso.unknown_roles > 0) {
    lines.push(`warning: ${counted(sso.unknown_roles, 'mapped role')} that cannot be found (summary.sso)`);
  }
  if ((sso.unmatched_members ?? 0) > 0) {
    lines.push(
      `note: ${counted(sso.unmatched_members ?? 0, 'member')} of groups who are no users of the project (summary.sso)`,
    );
  }
  if (sso.vanished_tenants > 0) {
    lines.push(`note: ${counted(sso.vanished_tenants, 'tenant')} deleted while the sync ran (summary.sso)`);
  }
  return lines;
}

/** The same of third-party apps and consents. */
function thirdPartyRemarks({ third_party: read }: SyncSummary): readonly string[] {
  const missing = read?.apps === 'not-offered' ? 'third-party apps' : 'consents';
  return [
    ...(read?.apps === 'not-offered' || read?.consents === 'not-offered'
      ? [`warning: this deployment of Descope tells of no ${missing} (summary.third_party)`]
      : []),
    ...((read?.dangling_consents ?? 0) > 0
      ? [
          `note: ${counted(read?.dangling_consents ?? 0, 'consent')} of users, tenants or to apps that are gone (summary.third_party)`,
        ]
      : []),
  ];
}

/** The same of the console. */
function consoleRemarks({ console: read }: SyncSummary): readonly string[] {
  const unlisted = (count: number, noun: string): readonly string[] => (count === 0 ? [] : [counted(count, noun)]);
  const named = [...unlisted(read?.unlisted_projects ?? 0, 'project'), ...unlisted(read?.unlisted_tags ?? 0, 'tag')];
  return named.length === 0
    ? []
    : [`note: roles of the console name ${named.join(' and ')} that no listed project is or has (summary.console)`];
}

/** "1 role", "2 roles". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** "16 requests in 0.8 s". */
export function describeRequests({ requests, startedAt, finishedAt }: SyncSummary): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return `${(requests['total'] ?? 0).toLocaleString('en')} requests in ${seconds.toFixed(1)} s`;
}
