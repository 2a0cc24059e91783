import { createAgents } from '../descope/http/route.ts';
import type { FleetProject, S3Place } from '../fleet/fleet.ts';
import { readCredentials } from '../fleet/s3/credentials.ts';
import { openS3, type S3Client } from '../fleet/s3/s3-client.ts';
import { openS3Output, type S3Output } from '../fleet/s3/s3-output.ts';
import { ConnectorError } from '../errors.ts';
import { writeWhole } from '../output/whole-file.ts';
import type { CommandContext } from './command-context.ts';
import { routeTo } from './route.ts';

const connectMs = 10_000;

export interface OpenedS3 {
  readonly place: S3Place;
  readonly client: S3Client;
  readonly output: S3Output;
}

/** The bucket of a project, with its credentials as they are now; undefined where it has none. */
export async function openProjectS3(
  { s3, settings, place, name, base }: FleetProject,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<OpenedS3 | undefined> {
  if (s3 === undefined) {
    return undefined;
  }
  const source = `${place} ${name}: outputs.s3.credentials`;
  const credentials = await readCredentials(s3.credentials, { source, base, env, signal });
  const agent = createAgents(routeTo(s3.endpoint, settings.caFile, env), connectMs);
  const client = openS3(s3, credentials, { agent }, signal);
  return { place: s3, client, output: openS3Output(client, s3.prefix, { now: Date.now }) };
}

/** Writes an object into a file, which is there whole or not at all. */
export async function copyObject({ client }: Pick<OpenedS3, 'client'>, object: string, path: string): Promise<void> {
  await writeWhole(path, async (file) => {
    if ((await client.read(object, async (some) => await file.writeBytes(some))) === 'missing') {
      throw takenAway(client.placeOf(object));
    }
  });
}

/** An object that somebody removed while it was wanted. */
export function takenAway(place: string): ConnectorError {
  return new ConnectorError('unavailable', `${place} was taken away meanwhile: run it again, or keep more objects`);
}
