import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { type FleetProject, projectNamed } from '../fleet/fleet.ts';
import { hasOsCode, osReason } from '../os-reasons.ts';
import type { AtomicFile } from '../output/atomic-file.ts';
import { writeWhole } from '../output/whole-file.ts';
import type { CommandContext } from './command-context.ts';
import { type FleetFileFlags, openFleet } from './fleet-file.ts';
import { openProjectS3, type OpenedS3, takenAway } from './fleet-s3.ts';
import { refuseOtherProject } from './last-output.ts';

export interface FleetLatestFlags extends FleetFileFlags {
  readonly out: string;
}

type LatestContext = Pick<CommandContext, 'env' | 'signal'>;

/** Writes the latest complete sync of a project into a file: from its bucket where it has one, else from its folder. */
export async function writeLatest(
  word: string,
  { out, ...flags }: FleetLatestFlags,
  context: LatestContext & Pick<CommandContext, 'print'>,
): Promise<void> {
  const project = projectNamed(openFleet(flags), word);
  await refuseOtherProject(out, project.id, false, context.signal);
  const from = await copyLatest(project, out, context);
  context.print(`${project.name}: ${from} is now in ${out}`);
}

/** Does so, and returns in words where it was. */
export async function copyLatest(project: FleetProject, out: string, context: LatestContext): Promise<string> {
  const s3 = await openProjectS3(project, context);
  return await writeWhole(out, async (file) =>
    s3 === undefined ? fromFolder(project, file) : fromBucket(project, s3, file),
  );
}

async function fromFolder({ folder, format, name }: FleetProject, file: AtomicFile): Promise<string> {
  const latest = join(folder, `latest.${format}`);
  try {
    for await (const bytes of createReadStream(latest)) {
      await file.writeBytes(bytes as Uint8Array);
    }
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    throw hasOsCode(thrown, 'ENOENT')
      ? nothingYet(name, latest)
      : new ConnectorError('local-io', `cannot read ${latest}: ${osReason(thrown)}`);
  }
  return latest;
}

async function fromBucket(
  { id, name }: FleetProject,
  { client, output, place }: OpenedS3,
  file: AtomicFile,
): Promise<string> {
  const found = await output.latest();
  if (found === undefined) {
    throw nothingYet(name, client.placeOf(`${place.prefix}/latest.json`));
  }
  const { object, bytes, sha256, projectId } = found.pointer;
  const told = client.placeOf(object);
  if (projectId !== id) {
    throw new ConnectorError('held', `${told} is of another project, ${projectId}: look at bucket and prefix`);
  }
  const hash = createHash('sha256');
  let size = 0;
  const end = await client.read(object, async (some) => {
    hash.update(some);
    size += some.length;
    await file.writeBytes(some);
  });
  if (end === 'missing') {
    throw takenAway(told);
  }
  if (size !== bytes || hash.digest('hex') !== sha256) {
    throw new ConnectorError('inconsistent', `${told} is not what was put there: its size or its hash is another`);
  }
  return told;
}

function nothingYet(name: string, place: string): ConnectorError {
  return new ConnectorError('not-found', `${name} has no complete sync yet: there is no ${place}`);
}
