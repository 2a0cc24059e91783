import { gunzipSync } from 'node:zlib';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { compare } from '../../src/answers/comparison.ts';
import { openSource } from '../../src/answers/open.ts';
import { type ReportWork, writeReport } from '../../src/answers/report.ts';
import type { FileRow, FileUser } from '../../src/answers/rows.ts';
import type { SyncSource } from '../../src/answers/source.ts';
import type { FileSummary } from '../../src/sync-format/summary.ts';
import { judgementOf } from '../../src/checks/judgement.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import type { Policy } from '../../src/checks/policy/schema.ts';
import { holdingKinds } from '../../src/answers/report-format.ts';
import { placeOf } from '../../src/report-page/data/access.ts';
import { decodeProject } from '../../src/report-page/data/decode.ts';
import type { Project, Target } from '../../src/report-page/data/project.ts';

/** What takes the place of the data in the page of a file, with findings where a policy judges it. */
export async function dataOf(path: string, since?: string, policy?: Policy): Promise<string> {
  await using source = await openSource(path);
  await using index = policy === undefined ? undefined : await createFileIndex(path);
  const judgement =
    index === undefined || policy === undefined
      ? undefined
      : judgementOf(checkByPolicy(index, { policy, nowMs: 0 }), { isHumansOnly: false });
  if (since === undefined) {
    return await dataOfSource(source, { judgement });
  }
  await using before = await createFileIndex(since);
  await using after = await createFileIndex(path);
  using comparison = compare(before, after);
  return await dataOfSource(source, { comparison, judgement });
}

export async function dataOfSource(
  source: SyncSource,
  { comparison, judgement }: Partial<Pick<ReportWork, 'comparison' | 'judgement'>> = {},
): Promise<string> {
  const written: string[] = [];
  const write = (text: string): Promise<void> => Promise.resolve(void written.push(text));
  await writeReport({
    source,
    comparison,
    judgement,
    names: { madeBy: '0.0.0', file: 'new.json', since: 'old.json' },
    template: '<a><!--data--></a>',
    write,
  });
  return written.join('').slice('<a>'.length, -'</a>'.length);
}

/** A file of nothing but these rows. */
export function sourceOf(rows: readonly FileRow[], summary: FileSummary = {}): SyncSource {
  return {
    path: 'rows.json',
    kind: 'json',
    size: 0,
    summary,
    types: () => Promise.resolve(new Set<string>()),
    rows: async function* () {
      yield rows;
    },
    messages: async function* () {
      yield [];
    },
    wholeSummary: undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export function userRow(id: string, fields: Partial<FileUser> = {}): FileUser {
  return {
    kind: 'user',
    id,
    name: id,
    status: 'enabled',
    loginIds: [],
    email: '',
    isEmailVerified: true,
    phone: '',
    isPhoneVerified: false,
    isTest: false,
    isScim: false,
    hasMfa: false,
    hasSso: false,
    createdAt: '',
    ...fields,
  };
}

/** The project as the page of a report reads it. */
export async function projectOf(path: string, since?: string, policy?: Policy): Promise<Project> {
  return decodeProject(inflated(await dataOf(path, since, policy)));
}

export function inflated(data: string): Uint8Array {
  return new Uint8Array(gunzipSync(Buffer.from(data, 'base64')));
}

/** Who holds what, as grant ids of the access model: `role_binding:acme/Editor:assigned:user:ann`. */
export function grantIdsOf(project: Project): string[] {
  const { users, holdings } = project;
  return holdings.targets.flatMap((target, number) =>
    Array.from(
      holdings.usersOf.subarray(holdings.targetStart[number], holdings.targetStart[number + 1]),
      (user) => `${entitlementOf(project, target)}:user:${users.id.at(user)}`,
    ),
  );
}

export function entitlementOf(project: Project, target: Target): string {
  const { tenants, roles } = project;
  const role = roles[target.role]?.id ?? '';
  const place = tenants[placeOf(project, target)]?.id ?? '';
  switch (target.kind) {
    case holdingKinds.member:
      return `tenant:${place}:member`;
    case holdingKinds.role:
      return `role:${role}:assigned`;
    default:
      return `role_binding:${escaped(place)}/${role}:assigned`;
  }
}

/**
 * What tenants inherit: `<grant id>|<the tenant above>|<certainty>|<reason>`, the grant id that of the access model:
 * `tenant:eu:member:tenant:acme`, `role_binding:eu/Editor:assigned:role_binding:acme/Editor`.
 */
export function edgeIdsOf(project: Project): string[] {
  const { inherited, holdings, tenants, roles } = project;
  return Array.from({ length: inherited.count }, (_, edge) => {
    const source = holdings.targets[inherited.source[edge] ?? -1];
    const heir = inherited.tenant[edge] ?? -1;
    if (source === undefined) {
      return 'no source';
    }
    const from = entitlementOf(project, source).replace(/:(member|assigned)$/, '');
    const { certainty, reason } = inherited.flows[inherited.flow[edge] ?? -1] ?? {};
    const rest = [tenants[placeOf(project, source)]?.id, certainty, reason].join('|');
    if (source.kind === holdingKinds.member) {
      return `tenant:${tenants[heir]?.id}:member:${from}|${rest}`;
    }
    const { id = '', name = '', tenant = -1 } = roles[source.role] ?? {};
    const isShadowed = tenant === -1 && roles.some((one) => one.tenant === heir && one.name === name);
    const binding = `${escaped(tenants[heir]?.id ?? '')}/${isShadowed ? '/' : ''}${id}`;
    return `role_binding:${binding}:assigned:${from}|${rest}`;
  });
}

function escaped(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}
