import { type FileHandle, open } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

const endLength = 22;
const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const localLength = 30;
/** A comment may follow the end of a zip archive. */
const longestComment = 64 * 1024;
const largestDirectory = 4 * 1024 * 1024;

/**
 * One part of a zip archive, by its name; undefined when the file is no archive, has no such part, or it is larger than
 * `mostBytes`.
 */
export async function readZipPart(path: string, name: string, mostBytes: number): Promise<Buffer | undefined> {
  try {
    await using handle = await open(path, 'r');
    return await readPart(handle, name, mostBytes);
  } catch {
    return undefined;
  }
}

async function readPart(handle: FileHandle, name: string, mostBytes: number): Promise<Buffer | undefined> {
  const { size } = await handle.stat();
  const tail = await readAt(
    handle,
    Math.max(0, size - endLength - longestComment),
    Math.min(size, endLength + longestComment),
  );
  const at = tail.lastIndexOf(markBytes(endMark));
  const length = tail.readUInt32LE(at + 12);
  if (at === -1 || length > largestDirectory) {
    return undefined;
  }
  const directory = await readAt(handle, tail.readUInt32LE(at + 16), length);
  for (let entry = 0; entry + 46 <= directory.length && directory.readUInt32LE(entry) === entryMark;) {
    const [nameLength, extraLength, commentLength] = [
      directory.readUInt16LE(entry + 28),
      directory.readUInt16LE(entry + 30),
      directory.readUInt16LE(entry + 32),
    ];
    if (directory.toString('utf8', entry + 46, entry + 46 + nameLength) === name) {
      const packed = await readAt(
        handle,
        await beginningOf(handle, directory.readUInt32LE(entry + 42)),
        Math.min(mostBytes, directory.readUInt32LE(entry + 20)),
      );
      return directory.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed, { maxOutputLength: mostBytes });
    }
    entry += 46 + nameLength + extraLength + commentLength;
  }
  return undefined;
}

/** Where the bytes of a part begin: behind a header of its own. */
async function beginningOf(handle: FileHandle, local: number): Promise<number> {
  const header = await readAt(handle, local, localLength);
  return local + localLength + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function markBytes(mark: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(mark);
  return bytes;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
