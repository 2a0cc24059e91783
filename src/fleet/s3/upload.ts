import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ConnectorError } from '../../errors.ts';
import { osReason } from '../../os-reasons.ts';
import type { S3Client } from './s3-client.ts';

/** What stands in memory of a file at a time. */
const usualPartBytes = 16 * 1024 * 1024;
/** S3 takes 10,000 parts of one object. */
const mostParts = 9_500;

export interface Uploaded {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Puts a file into the bucket: in one request where it is small, else part by part, so that a large one needs no more
 * memory than a part. Readers see all of it or nothing.
 */
export async function uploadFile(
  client: S3Client,
  key: string,
  path: string,
  { type, partBytes = usualPartBytes }: { readonly type: string; readonly partBytes?: number },
): Promise<Uploaded> {
  const told = client.placeOf(key);
  const hash = createHash('sha256');
  await using file = await local(path, () => open(path, 'r'));
  const { size } = await local(path, () => file.stat());
  const headers = { 'content-type': type };
  const part = Math.max(partBytes, Math.ceil(size / mostParts));
  const next = async (at: number): Promise<Buffer> => {
    const bytes = await local(path, () => readAt(file, at, Math.min(part, size - at)));
    hash.update(bytes);
    return bytes;
  };
  if (size <= part) {
    await client.ask({ method: 'PUT', key, headers, body: await next(0) });
    return { bytes: size, sha256: hash.digest('hex') };
  }
  const begun = await client.ask({ method: 'POST', key, query: { uploads: '' }, headers, body: new Uint8Array() });
  const uploadId = /<UploadId>([^<]{1,2048})<\/UploadId>/.exec(begun.body.toString('utf8'))?.[1];
  if (uploadId === undefined) {
    throw new ConnectorError('upstream-contract', `${told}: the store began no upload in parts`);
  }
  const id = unescaped(uploadId);
  try {
    const tags: string[] = [];
    for (let at = 0; at < size; at += part) {
      const query = { partNumber: String(tags.length + 1), uploadId: id };
      tags.push((await client.ask({ method: 'PUT', key, query, body: await next(at) })).etag);
    }
    const body = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`);
    await client.ask({
      method: 'POST',
      key,
      query: { uploadId: id },
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(`<CompleteMultipartUpload>${body.join('')}</CompleteMultipartUpload>`),
    });
  } catch (thrown) {
    await client.ask({ method: 'DELETE', key, query: { uploadId: id }, taken: [404] }).catch(() => undefined);
    throw thrown;
  }
  return { bytes: size, sha256: hash.digest('hex') };
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) {
      throw new ConnectorError('local-io', 'the file of the sync became shorter while it was read');
    }
    filled += bytesRead;
  }
  return bytes;
}

async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof ConnectorError
      ? thrown
      : new ConnectorError('local-io', `cannot read ${path}: ${osReason(thrown)}`);
  }
}

const marks: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text as it stands in XML, in itself. */
export function unescaped(text: string): string {
  return text
    .replaceAll(/&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));/g, (_all, hex?: string, decimal?: string) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => marks[name] ?? '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
