import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { hasOsCode, osReason } from '../os-reasons.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { tenantRoleWords } from '../sync-format/summary.ts';
import { checkShrink, type SyncExtent } from '../sync/guard.ts';

/** What the sync that was uploaded last held, so that one which lost too much is held back. */
export interface LastUploads {
  /** How large the last file was; 0 where that is not known. */
  readonly bytes: number;
  /** Throws `held` for a sync that found far less, or is of another project; returns what to tell, a line each. */
  compare(found: SyncExtent): readonly string[];
  /** Remembers what the platform has taken. */
  keep(uploaded: SyncExtent, bytes: number): Promise<void>;
}

export interface LastUploadsOptions {
  readonly maxShrink: number;
  /** True for the first sync after somebody has said that less is right. */
  readonly isAccepted: boolean;
  /** Where it is remembered beyond this process; only within it when left out. */
  readonly folder?: string | undefined;
  /** Whose uploads: processes of several clients may share a folder. */
  readonly clientId: string;
  readonly logger: Logger;
}

const words = { kept: 'nothing was uploaded', remedy: 'start service mode once with --accept-shrink' };

const countsByType = z.record(z.string(), z.number().int().nonnegative());
const schema = z.object({
  projectId: z.string(),
  tenantRoles: z.enum(tenantRoleWords).optional(),
  counts: z.object({ resources: countsByType, grants: countsByType }),
  bytes: z.number().int().nonnegative(),
});
type Remembered = z.output<typeof schema>;

/** Opens what is remembered. A folder that cannot be used is `local-io`; a file that cannot be understood is told. */
export async function openLastUploads(options: LastUploadsOptions): Promise<LastUploads> {
  const { maxShrink, folder, clientId, logger } = options;
  const path = folder === undefined ? undefined : join(folder, nameOf(clientId));
  let last = path === undefined ? undefined : await read(path, logger);
  let { isAccepted } = options;
  return {
    get bytes() {
      return last?.bytes ?? 0;
    },
    compare: (found) => {
      if (last === undefined || maxShrink === 100) {
        return [];
      }
      if (last.projectId !== found.projectId) {
        return compareProjects(last.projectId, found.projectId, isAccepted);
      }
      return checkShrink(last, found, { maxShrink, isAccepted, words });
    },
    keep: async ({ projectId, tenantRoles, counts: { resources, grants } }, bytes) => {
      const counts = { resources: { ...resources }, grants: { ...grants } };
      last = { projectId, ...(tenantRoles !== undefined && { tenantRoles }), counts, bytes };
      isAccepted = false;
      if (path !== undefined) {
        await write(path, last, logger);
      }
    },
  };
}

/** The platform would take everything of the one project for gone. */
function compareProjects(before: string, now: string, isAccepted: boolean): readonly string[] {
  const what = `the last upload of this client was of project ${JSON.stringify(before)}, this is ${JSON.stringify(now)}`;
  if (!isAccepted) {
    throw new ConnectorError('held', `held back, ${words.kept}: ${what}; if that is right, ${words.remedy}`);
  }
  return [`note: ${what}, as accepted`];
}

/** The client's id need not stand in the name of a file. */
function nameOf(clientId: string): string {
  return `last-upload-${createHash('sha256').update(clientId).digest('hex').slice(0, 16)}.json`;
}

async function read(path: string, logger: Logger): Promise<Remembered | undefined> {
  try {
    await mkdir(join(path, '..'), { recursive: false, mode: 0o700 }).catch((thrown: unknown) => {
      if (!hasOsCode(thrown, 'EEXIST')) {
        throw thrown;
      }
    });
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (thrown) {
    if (hasOsCode(thrown, 'ENOENT')) {
      return undefined;
    }
    if (thrown instanceof SyntaxError || thrown instanceof z.ZodError) {
      logger.warn('what was kept of the last upload cannot be understood: the next sync is compared with nothing', {
        file: path,
      });
      return undefined;
    }
    throw new ConnectorError('local-io', `cannot use the folder of --state-dir: ${path}: ${osReason(thrown)}`);
  }
}

/** The platform has the sync by now: that it cannot be remembered is told, and no failure of the task. */
async function write(path: string, last: Remembered, logger: Logger): Promise<void> {
  try {
    await writeWholeFile(path, [`${JSON.stringify(last)}\n`]);
  } catch (thrown) {
    logger.warn('what was uploaded could not be kept for comparison', {
      reason: thrown instanceof ConnectorError ? thrown.message : osReason(thrown),
    });
  }
}
