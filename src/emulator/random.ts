// Cheap, seeded and reversible scrambling. Everything generated is a pure function of a seed and a number,
// so that a million users need no memory and two runs are alike to the byte.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const mulA = 0x85ebca6b;
const mulB = 0xc2b2ae35;
const inverseA = oddInverse(mulA);
const inverseB = oddInverse(mulB);

/** An unsigned 32-bit hash of three numbers. */
export function hash(seed: number, index: number, salt: number): number {
  let h = Math.imul(index ^ Math.imul(seed + 0x9e3779b9, 0x27d4eb2d), mulA) ^ Math.imul(salt + 1, mulB);
  h = Math.imul(h ^ (h >>> 15), mulA);
  h = Math.imul(h ^ (h >>> 13), mulB);
  return (h ^ (h >>> 16)) >>> 0;
}

/** An unsigned 32-bit hash of a text. */
export function hashText(seed: number, text: string): number {
  let h = seed >>> 0;
  for (let at = 0; at < text.length; at += 1) {
    h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  }
  return hash(seed, h, text.length);
}

/** Maps 32-bit numbers one to one onto 32-bit numbers; `unscramble` undoes it. */
export function scramble(value: number, key: number): number {
  let x = value ^ key;
  x = Math.imul(x ^ (x >>> 16), mulA);
  x = Math.imul(x ^ (x >>> 16), mulB);
  return (x ^ (x >>> 16)) >>> 0;
}

export function unscramble(value: number, key: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, inverseB);
  x = Math.imul(x ^ (x >>> 16), inverseA);
  return (x ^ (x >>> 16) ^ key) >>> 0;
}

/** `length` characters of base 62, most significant first. */
export function toBase62(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let at = 0; at < length; at += 1) {
    text = alphabet.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** The number behind `toBase62`, or NaN for a text with other characters. */
export function fromBase62(text: string): number {
  let value = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return Number.NaN;
    value = value * 62 + digit;
  }
  return value;
}

/** A prefix and 27 pseudo-random alphanumerics: how Descope's ids look. */
export function randomId(prefix: string, seed: number, text: string): string {
  let id = prefix;
  for (let salt = 0; id.length < prefix.length + 27; salt += 1) {
    id += toBase62(hash(seed, hashText(seed, text), salt), 5);
  }
  return id.slice(0, prefix.length + 27);
}

/** A fixed reordering of 0..size-1 that needs no table. */
export interface Permutation {
  valueAt(position: number): number;
  positionOf(value: number): number;
}

export function createPermutation(size: number, key: number): Permutation {
  const bits = Math.max(2, Math.ceil(Math.log2(Math.max(2, size))));
  const mask = 2 ** bits - 1;
  const shift = Math.ceil(bits / 2);
  const factors = [hash(key, 1, 0) | 1, hash(key, 2, 0) | 1, hash(key, 3, 0) | 1];
  const inverses = factors.map((factor) => oddInverse(factor));
  const offset = hash(key, 4, 0);

  const forward = (value: number): number =>
    factors.reduce((x, factor) => {
      const y = (Math.imul(x + offset, factor) & mask) >>> 0;
      return y ^ (y >>> shift);
    }, value);
  const backward = (value: number): number =>
    inverses.reduceRight((x, inverse) => {
      const y = x ^ (x >>> shift);
      return ((Math.imul(y, inverse) - offset) & mask) >>> 0;
    }, value);
  // The domain is the next power of two: step on until the value lies inside again.
  const walk = (value: number, step: (from: number) => number): number => {
    let x = step(value);
    while (x >= size) x = step(x);
    return x;
  };

  return {
    valueAt: (position) => walk(position, forward),
    positionOf: (value) => walk(value, backward),
  };
}

/** The inverse of an odd number modulo 2^32 (Newton's iteration doubles the correct bits each round). */
function oddInverse(odd: number): number {
  let x = odd;
  for (let round = 0; round < 5; round += 1) {
    x = Math.imul(x, 2 - Math.imul(odd, x));
  }
  return x;
}
