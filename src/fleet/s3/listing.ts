import type { S3Client } from './s3-client.ts';
import { unescaped } from './upload.ts';

/** The names of all objects that begin so, in order; not those below: these may be of another project. */
export async function listKeys(client: S3Client, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let more: string | undefined;
  do {
    const { body } = await client.ask({
      method: 'GET',
      key: '',
      query: { 'list-type': '2', delimiter: '/', prefix, ...(more !== undefined && { 'continuation-token': more }) },
    });
    const text = body.toString('utf8');
    keys.push(...[...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescaped(key)));
    const token = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(text)?.[1];
    more = token === undefined || unescaped(token) === more ? undefined : unescaped(token);
  } while (more !== undefined);
  return keys.toSorted();
}

/** Takes the oldest objects beyond so many away, and never the one that is named. Returns how many. */
export async function keepNewest(
  client: S3Client,
  prefix: string,
  keep: number,
  named: string | undefined,
): Promise<number> {
  const all = await listKeys(client, prefix);
  const old = all.slice(0, -keep).filter((key) => key !== named);
  for (const key of old) {
    await client.ask({ method: 'DELETE', key, taken: [404] });
  }
  return old.length;
}
