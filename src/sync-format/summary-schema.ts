import { z } from 'zod';
import type { FileSummary } from './summary.ts';

const counts = z.record(z.string(), z.number());
const findings = z.object({
  count: z.number(),
  first: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      tenantId: z.string().optional(),
      userId: z.string().optional(),
      roleId: z.string().optional(),
      principal: z.object({ typeId: z.string(), id: z.string() }).optional(),
    }),
  ),
});
const schema = z.object({
  complete: z.literal(true),
  projectId: z.string().transform((id) => (id === '' ? undefined : id)), // a file that does not know its project says ''
  tenantRoles: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  counts: z.object({ resources: counts, grants: counts }),
  consistency: z
    .object({
      mode: z.string(),
      passes: z.number(),
      proved: z.string(),
      assumptions: z.array(z.string()),
      readFrom: z.string().optional(),
      readUntil: z.string().optional(),
    })
    .optional(),
  dangling: findings.optional(),
  ambiguous: findings.optional(),
  notDerived: z.object({ inheritingTenants: z.number(), inheritedRoles: z.number() }).optional(),
  inheritance: z
    .object({
      mode: z.string(),
      edges: z.number(),
      uncertain: z.number(),
      loops: z.number(),
      unknown_parents: z.number(),
    })
    .optional()
    .catch(undefined), // an earlier version counted here what it did not derive
  last_login: z.string().optional().catch(undefined),
  access_keys: z.object({ scim: z.string() }).optional().catch(undefined),
  sso: z
    .object({ settings: z.string(), tenant_settings: z.string().optional(), groups: z.string().optional() })
    .optional()
    .catch(undefined),
  third_party: z.object({ apps: z.string(), consents: z.string() }).optional().catch(undefined),
  cut: z.object({ textsCut: z.number(), attributesDropped: z.number() }).optional(),
  contentHash: z.string(),
});

/**
 * The summary that a value is; undefined when it is not the one of a complete sync. Fields that are not known here are
 * left out.
 */
export function parseSummary(value: unknown): FileSummary | undefined {
  return schema.safeParse(value).data;
}
