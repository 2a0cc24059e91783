import { createHash } from 'node:crypto';
import { ConnectorError } from '../errors.ts';

/** The protocol allows a mebibyte; ours stay under a few hundred bytes unless a name in them is very long. */
const maxTokenLength = 16 * 1024;
const version = '2';

export type TokenFields = Readonly<Record<string, string | number>>;

/**
 * Page tokens: opaque, versioned, self-contained. `scope` names the listing that the token belongs to (project,
 * operation, type, resource) and is part of the checksum, so that a token of another listing is refused. The checksum
 * has no key: a token holds nothing secret, and must outlive a restart and a rotated key.
 */
export function encodeToken(scope: string, fields: TokenFields): string {
  const payload = Buffer.from(JSON.stringify(fields), 'utf8').toString('base64url');
  return `${version}.${payload}.${checksum(scope, payload)}`;
}

/**
 * The fields of a token that `encodeToken` made for this very scope; `invalid` for anything else. Never "start over".
 */
export function decodeToken(scope: string, token: string): TokenFields {
  const [tokenVersion, payload, sum, ...rest] = token.length > maxTokenLength ? [] : token.split('.');
  if (tokenVersion !== version || payload === undefined || rest.length > 0 || sum !== checksum(scope, payload)) {
    throw notOurs();
  }
  const fields = parseFields(payload);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw notOurs();
  }
  return fields as TokenFields; // each field is checked where it is read
}

/** The checksum has no key, so that a client can compute it: the payload may be anything. */
function parseFields(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    throw notOurs();
  }
}

function notOurs(): ConnectorError {
  return new ConnectorError(
    'invalid',
    'the page token is not one that this listing of this project gave out; start the sync again, without a token',
  );
}

function checksum(scope: string, payload: string): string {
  return createHash('sha256').update(scope).update('\n').update(payload).digest('base64url').slice(0, 16);
}

/** A field that must be a whole number from 0 on. */
export function tokenNumber(fields: TokenFields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ConnectorError(
      'invalid',
      `the page token lacks a valid "${key}"; start the listing again without a token`,
    );
  }
  return value;
}

/** A field that must be a string, '' when absent. */
export function tokenText(fields: TokenFields, key: string): string {
  const value = fields[key] ?? '';
  if (typeof value !== 'string') {
    throw new ConnectorError(
      'invalid',
      `the page token lacks a valid "${key}"; start the listing again without a token`,
    );
  }
  return value;
}
