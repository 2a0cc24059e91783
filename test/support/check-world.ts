import { create, type JsonObject } from '@bufbuild/protobuf';
import { rowOfMessage } from '../../src/answers/c1z-tables.ts';
import { beginIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { checkIndex, type Finding, type PlannedRule } from '../../src/checks/check.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import { UserTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../../src/model/annotations.ts';
import { foundingTypeIds } from '../../src/model/ids.ts';
import { resourceRow, type GrantRow, type ResourceRow } from '../../src/model/row.ts';
import { binding, confers, type HandWritten, permission, role, tenant } from './edge-files.ts';
import { otherTypes } from './other-world.ts';

/** When the sync of a small world was: the clock of its rules. */
export const syncedAt = '2026-11-30T00:00:00Z';
const daySeconds = 86_400;

/** So many days before the sync, and seconds besides. */
export function before(days: number, seconds = 0): string {
  return new Date(Date.parse(syncedAt) - (days * daySeconds + seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

/** A user with an address that was verified, when it was made, and when it signed in last. */
export function person(
  id: string,
  profile: JsonObject = {},
  { madeAt, lastLogin }: { readonly madeAt?: string; readonly lastLogin?: string } = {},
): ResourceRow {
  const time = (text: string) => ({ seconds: BigInt(Date.parse(text) / 1000), nanos: 0 });
  return resourceRow(
    create(ResourceSchema, {
      id: { resourceType: 'user', resource: id },
      displayName: `Person ${id}`,
      ...(madeAt !== undefined && { createdAt: time(madeAt) }),
      profile: { status: 'enabled', verified_email: true, ...profile },
      ...(lastLogin !== undefined && {
        annotations: [annotate(UserTraitSchema, create(UserTraitSchema, { lastLogin: time(lastLogin) }))],
      }),
    }),
  );
}

/** Acme and Initech; the role Chief, which may administer, and Reader, in the project and inside both. */
export function offices(
  resources: readonly ResourceRow[] = [],
  grants: readonly GrantRow[] = [],
  rest: Partial<HandWritten> = {},
): HandWritten {
  return {
    types: ['sso_configuration', 'idp_group', ...otherTypes],
    ...rest,
    resources: [
      tenant('acme', 'Acme'),
      tenant('initech', 'Initech'),
      role('Chief'),
      role('Reader'),
      permission('admin.all'),
      permission('docs.read'),
      ...['acme', 'initech'].flatMap((id) => [binding(id, 'Chief'), binding(id, 'Reader')]),
      ...resources,
    ],
    grants: [confers('role:Chief', 'admin.all'), confers('role:Reader', 'docs.read'), ...grants],
  };
}

/** The rows of a world in an index, as they would be after a sync of it was read. */
export async function indexed({ resources, grants, types = [], summary = {} }: HandWritten): Promise<FileIndex> {
  const growing = await beginIndex('world.json');
  const rows = [
    ...resources.map(({ message }) => rowOfMessage({ section: 'resources', message })),
    ...grants.map(({ message }) => rowOfMessage({ section: 'grants', message })),
  ].filter((row) => row !== undefined);
  growing.put(rows);
  return growing.settle({
    summary: {
      projectId: 'P2hand',
      finishedAt: syncedAt,
      dangling: { count: 0, first: [] },
      inheritance: { mode: 'auto', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 },
      ...summary,
    },
    types: new Set([...foundingTypeIds, ...types]),
    isHumansOnly: false,
    moment: undefined,
  });
}

/** One rule with its own parameters, or others. */
export function planned(id: string, values: PlannedRule['values'] = {}): PlannedRule {
  const rule = builtInRules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    throw new Error(`there is no rule ${id}`);
  }
  return { rule, severity: rule.severity, values };
}

/** What a rule finds in a world: "user:U1 @acme #role id: what it says"; or why it was not evaluated. */
export async function findingsIn(
  world: HandWritten,
  id: string,
  values: PlannedRule['values'] = {},
): Promise<string[]> {
  await using index = await indexed(world);
  const check = checkIndex(index, [planned(id, values)]);
  const [state] = check.rules;
  return state?.notEvaluated === undefined
    ? Array.from(check.findings(), inShort)
    : [`not evaluated: ${state.notEvaluated}`];
}

function inShort({ subject, where, detail }: Finding): string {
  return `${subject.type}:${subject.id}${where === undefined ? '' : ` @${where.tenantId}`}: ${detail}`;
}
