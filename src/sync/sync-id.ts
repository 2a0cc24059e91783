import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const epochSeconds = 1_400_000_000;

/** A sync id as the Go syncer makes them: a KSUID, 27 characters of base 62 made of a time and 16 random bytes. */
export function newSyncId(nowMs = Date.now()): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE(Math.max(0, Math.floor(nowMs / 1000) - epochSeconds), 0);
  randomBytes(16).copy(bytes, 4);
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let id = '';
  while (id.length < 27) {
    id = (alphabet[Number(value % 62n)] ?? '0') + id;
    value /= 62n;
  }
  return id;
}
