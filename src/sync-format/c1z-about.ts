import { z } from 'zod';
import { tenantRoleWords } from './summary.ts';

const schema = z.object({
  projectId: z.string().optional(),
  tenantRoles: z.enum(tenantRoleWords).optional(),
  summary: z.record(z.string(), z.unknown()).optional(),
});

/**
 * What a `.c1z` file of ours tells of itself: its project, its policy, and the summary that a `.json` file ends with,
 * without the hash.
 */
export type C1zAbout = z.output<typeof schema>;

/** Undefined for anything that we did not write; a project that is not known is left out. */
export function parseC1zAbout(bytes: unknown): C1zAbout | undefined {
  if (!(bytes instanceof Uint8Array)) {
    return undefined;
  }
  try {
    const { projectId, ...others } = schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { ...others, ...(projectId !== undefined && projectId !== '' && { projectId }) };
  } catch {
    return undefined;
  }
}

/** What is kept of a summary: all but the hash, since the file that it would be the hash of holds this. */
export function c1zAboutOf(summary: object): C1zAbout {
  const { contentHash: _ofTheFile, ...told } = schema.shape.summary.unwrap().parse(summary);
  const { projectId, tenantRoles } = schema.catch({}).parse(told);
  return {
    ...(projectId !== undefined && { projectId }),
    ...(tenantRoles !== undefined && { tenantRoles }),
    summary: told,
  };
}
