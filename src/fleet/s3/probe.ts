import { randomUUID } from 'node:crypto';
import { type Check, fail, ok } from '../../doctor/check.ts';
import { ConnectorError } from '../../errors.ts';
import { listKeys } from './listing.ts';
import { readPointer } from './pointer.ts';
import type { S3Client } from './s3-client.ts';

const name = 's3';

/**
 * Looks whether a bucket can hold syncs: it may be listed, read, written and deleted from, and replaces an object only as
 * it was asked to. It leaves nothing behind.
 */
export async function probeBucket(client: S3Client, prefix: string): Promise<Check> {
  const key = `${prefix}/probe-${randomUUID()}`;
  const told = client.placeOf(`${prefix}/`);
  try {
    await readPointer(client, `${prefix}/latest.json`);
    const ignored = await ignoredConditions(client, key);
    return ignored.length === 0
      ? ok(name, `${told} can be written, and heeds If-Match and If-None-Match`)
      : fail(
          'unsupported',
          name,
          `${told} does not heed ${ignored.join(' and ')}: an older sync could take the place of a newer one`,
          'Use a store that knows conditional writes.',
        );
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError) || thrown.kind === 'cancelled') {
      throw thrown;
    }
    return fail(thrown.kind, name, thrown.message, 'Mend it, and run fleet doctor again.');
  }
}

async function ignoredConditions(client: S3Client, key: string): Promise<readonly string[]> {
  const put = async (
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly isTaken: boolean; readonly etag: string }> => {
    const { status, etag } = await client.ask({
      method: 'PUT',
      key,
      headers,
      body: Buffer.from('probe'),
      taken: [409, 412],
    });
    return { isTaken: status < 300, etag };
  };
  try {
    const { etag } = await put({});
    const another = await put({ 'if-none-match': '*' });
    const stale = await put({ 'if-match': `"${'0'.repeat(32)}"` });
    const { isTaken } = await put({ 'if-match': etag });
    if (!isTaken) {
      throw new ConnectorError(
        'unsupported',
        `${client.placeOf(key)}: the store refuses If-Match with the tag that it gave itself`,
      );
    }
    if (!(await listKeys(client, key)).includes(key)) {
      throw new ConnectorError('unsupported', `${client.placeOf(key)}: the store does not list what was just written`);
    }
    return [...(another.isTaken ? ['If-None-Match'] : []), ...(stale.isTaken ? ['If-Match'] : [])];
  } finally {
    await client.ask({ method: 'DELETE', key, taken: [404] });
  }
}
