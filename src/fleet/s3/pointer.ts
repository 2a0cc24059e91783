import { z } from 'zod';
import { ConnectorError } from '../../errors.ts';
import { clocksApartMs } from '../engine.ts';
import type { S3Client } from './s3-client.ts';

const countsByType = z.record(z.string(), z.number().int().nonnegative());

/** What `latest.json` of a bucket says: which object is the latest sync of a project, and what a reader checks it by. */
const pointerSchema = z.object({
  version: z.literal(1),
  object: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.enum(['json', 'c1z']),
  projectId: z.string(),
  run: z.string(),
  slotMs: z.number(),
  /** The fencing token of the run. */
  token: z.number(),
  startedMs: z.number(),
  finishedMs: z.number(),
  tenantRoles: z.string().optional(),
  counts: z.object({ resources: countsByType, grants: countsByType }),
});

export type S3Pointer = z.output<typeof pointerSchema>;

export interface FoundPointer {
  readonly pointer: S3Pointer;
  readonly etag: string;
}

/** Reads what is the latest sync; undefined where there is none yet. */
export async function readPointer(client: S3Client, key: string): Promise<FoundPointer | undefined> {
  const { status, etag, body } = await client.ask({ method: 'GET', key, taken: [404] });
  if (status === 404) {
    if (/<Code>NoSuchBucket</.test(body.toString('latin1'))) {
      throw new ConnectorError('not-found', `${client.placeOf(key)}: there is no such bucket: make it, or mend bucket`);
    }
    return undefined;
  }
  const read = pointerSchema.safeParse(parsed(body.toString('utf8')));
  if (!read.success) {
    throw new ConnectorError(
      'conflict',
      `${client.placeOf(key)} is none of ours: name another bucket or prefix, or take it away`,
    );
  }
  return { pointer: read.data, etag };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How often somebody else may come first before this is given up. */
const mostRounds = 10;

/**
 * Makes an object the latest one, unless what is latest is newer. The store decides between two who do so at once: the
 * pointer is replaced only as it was read.
 */
export async function pointAt(client: S3Client, key: string, ours: S3Pointer, nowMs: number): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const found = await readPointer(client, key);
    if (found?.pointer.object === ours.object) {
      return; // the answer of the round before was lost
    }
    if (found !== undefined && isNewer(found.pointer, ours, nowMs)) {
      const { object, finishedMs } = found.pointer;
      throw new ConnectorError(
        'conflict',
        `${client.placeOf(key)} names a newer sync, ${object} of ${new Date(finishedMs).toISOString()}: that stays`,
      );
    }
    const { status } = await client.ask({
      method: 'PUT',
      key,
      headers: {
        'content-type': 'application/json',
        ...(found === undefined ? { 'if-none-match': '*' } : { 'if-match': found.etag }),
      },
      body: Buffer.from(`${JSON.stringify(ours, undefined, 2)}\n`),
      taken: [404, 409, 412],
    });
    if (status < 300) {
      return;
    }
  }
  throw new ConnectorError(
    'conflict',
    `${client.placeOf(key)} was replaced by others ${mostRounds} times in a row: does another fleet write there?`,
  );
}

/** By slot, then by the try of one run, then by when the reading began. A slot far ahead is of a clock that was wrong. */
function isNewer(stands: S3Pointer, ours: S3Pointer, nowMs: number): boolean {
  if (stands.slotMs !== ours.slotMs) {
    return stands.slotMs > ours.slotMs && stands.slotMs <= nowMs + clocksApartMs;
  }
  return stands.run === ours.run && stands.token !== ours.token
    ? stands.token > ours.token
    : stands.startedMs > ours.startedMs;
}
