import type { FamilyHost } from '../family.ts';
import { hash } from '../random.ts';
import { createSampleUsers } from '../users/sample.ts';
import type { AuditLog } from './log.ts';
import type { AuditSeed } from './records.ts';

const minutesOfMonth = 30 * 24 * 60;
const methods = ['SAML', 'OIDC', 'magiclink', 'otp', 'password'];

/** Logins of the last 30 days, most of them of a few busy users; some failed. */
function login(index: number): AuditSeed {
  const busy = index % 3 === 0;
  const failed = index % 17 === 5;
  return {
    action: failed ? 'LoginFailed' : 'LoginSucceed',
    sampleUser: hash(3, index, 1) % (busy ? 20 : 300),
    minutesAgo: 5 + (hash(3, index, 2) % (minutesOfMonth - 10)),
    method: methods[hash(3, index, 3) % methods.length] ?? '',
    device: index % 4 === 0 ? 'Mobile' : 'Desktop',
    geo: ['US', 'DE', 'JP', 'BR'][index % 4] ?? '',
    remoteAddress: `198.51.100.${index % 250}`,
    data: failed ? { error_message: 'Invalid credentials' } : {},
  };
}

const hours = (count: number): number => count * 60;

/** What happened in the sample company before the stand-in started. */
export const auditSample: readonly AuditSeed[] = [
  { action: 'RoleCreated', minutesAgo: hours(700), data: { name: 'Data Steward' } },
  { action: 'TenantModified', minutesAgo: hours(610), tenants: ['northwind'], data: { tenant_id: 'northwind' } },
  { action: 'UserModified', sampleUser: 0, minutesAgo: hours(500), data: { displayName: 'Ada Lovelace' } },
  { action: 'UserModified', sampleUser: 7, minutesAgo: hours(300), data: { roleNames: ['Viewer'] } },
  { action: 'PermissionDeleted', minutesAgo: hours(290), data: { permission_id: 'PEretired' } },
  { action: 'UserCreated', sampleUser: 12, minutesAgo: hours(200), data: { status: 'invited' } },
  { action: 'LoginExceedMaxAttempts', sampleUser: 30, minutesAgo: hours(120) },
  { action: 'AccessKeyModified', minutesAgo: hours(100), tenants: ['acme'], data: { description: 'CI' } },
  // No page of the vendor has this name, as with most of what the service writes.
  { action: 'Flow.Published', minutesAgo: hours(60), tenants: ['acme'], data: { flow_id: 'sign-up-or-in' } },
  ...Array.from({ length: 600 }, (_, index) => login(index)),
];

/** Writes the listed records, oldest first. Those of users whom the project does not have, and of test users, are left out. */
export function listSeeds(log: AuditLog, host: FamilyHost, seeds: readonly AuditSeed[]): void {
  const users = createSampleUsers(host.userCount, host.seed);
  const now = host.now();
  const entries = seeds.map(({ minutesAgo, ...seed }) =>
    minutesAgo === undefined ? seed : { ...seed, occurred: now - minutesAgo * 60_000 },
  );
  for (const { sampleUser, ...entry } of entries.toSorted((a, b) => (a.occurred ?? now) - (b.occurred ?? now))) {
    if (sampleUser === undefined) log.append(entry);
    else if (sampleUser < users.size) log.append(entry, users.at(sampleUser));
  }
}
