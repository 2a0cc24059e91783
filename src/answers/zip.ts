import { createDeflateRaw, crc32 } from 'node:zlib';
import { ConnectorError } from '../errors.ts';
import { packed } from '../sync-format/packed.ts';

/** A part of an archive. Its bytes are asked for when its turn comes; each piece is used up before the next. */
export interface ZipPart {
  readonly name: string;
  readonly bytes: Iterable<Uint8Array>;
}

/** Sizes and places are written in 32 bits. */
const largest = 0xffff_ffff;
/** Sizes follow the bytes (bit 3), and names are UTF-8 (bit 11). */
const flags = 0x0808;
const deflated = 8;
const versionNeeded = 20;
/** A sheet takes four times as long at the usual level, for a file that is an eighth smaller. */
const packingLevel = 1;
const packedAtOnce = 64 * 1024;
/** 1980-01-01: the same rows make the same bytes. */
const date = 0x0021;

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/** An archive as a stream: no part is held in memory, and parts may be made on the way. `local-io` beyond 4 GiB. */
export async function* zipBytes(parts: Iterable<ZipPart>): AsyncGenerator<Uint8Array> {
  const entries: Entry[] = [];
  let at = 0;
  for (const { name, bytes } of parts) {
    const begin = at;
    const header = localHeader(Buffer.from(name, 'utf8'));
    yield header;
    let [crc, size, packedSize] = [0, 0, 0];
    const counted = function* (): Generator<Uint8Array> {
      for (const piece of bytes) {
        crc = crc32(piece, crc);
        size += piece.length;
        yield piece;
      }
    };
    const packer = createDeflateRaw({ level: packingLevel, chunkSize: packedAtOnce });
    for await (const piece of packed(counted(), packer)) {
      packedSize += piece.length;
      yield piece;
    }
    const descriptor = numbers([4, 0x08074b50], [4, crc], [4, fitting(packedSize)], [4, fitting(size)]);
    yield descriptor;
    at += header.length + packedSize + descriptor.length;
    entries.push({ name: Buffer.from(name, 'utf8'), crc, packed: packedSize, size, at: fitting(begin) });
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  yield directory;
  yield numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, directory.length],
    [4, fitting(at)],
    [2, 0],
  );
}

function localHeader(name: Buffer): Buffer {
  return Buffer.concat([
    numbers(
      [4, 0x04034b50],
      [2, versionNeeded],
      [2, flags],
      [2, deflated],
      [2, 0],
      [2, date],
      [4, 0],
      [4, 0],
      [4, 0],
      [2, name.length],
      [2, 0],
    ),
    name,
  ]);
}

function centralHeader({ name, crc, packed, size, at }: Entry): Buffer {
  const sizes = numbers(
    [4, crc],
    [4, packed],
    [4, size],
    [2, name.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, at],
  );
  return Buffer.concat([
    numbers([4, 0x02014b50], [2, versionNeeded], [2, versionNeeded], [2, flags], [2, deflated], [2, 0], [2, date]),
    sizes,
    name,
  ]);
}

/** Little-endian numbers: how many bytes each takes, and its value. */
function numbers(...fields: readonly (readonly [2 | 4, number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    at = bytes.writeUIntLE(value, at, width);
  }
  return bytes;
}

function fitting(size: number): number {
  if (size > largest) {
    throw new ConnectorError(
      'local-io',
      'the spreadsheet would be larger than 4 GiB, which most programs cannot open: end the name after --out with .csv',
    );
  }
  return size;
}
