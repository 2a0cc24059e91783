import { ConnectorError } from '../errors.ts';

/** The names of the two providers that are known here. */
export const ageProvider = 'baton/age/v1';
export const jwkProvider = 'baton/jwk/v1';

/** One secret as its receiver is to find it. Never logged, shown or kept. */
export interface Plaintext {
  /** Tells it from the other secrets of the same answer, such as "password". */
  readonly name: string;
  readonly description: string;
  /** What the bytes are, for a program; '' for a plain text. */
  readonly schema: string;
  readonly bytes: Uint8Array;
}

/** One who may read what is sealed for it. Made of a request by a provider, which has checked all of it. */
export interface Recipient {
  /** As EncryptedData names the provider. */
  readonly provider: string;
  /** By which the receiver finds its private key. */
  readonly keyId: string;
  /** The old field has the id of the key, too. */
  readonly tellsOldKeyId: boolean;
  readonly encrypt: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** `invalid`, without a part of the key. */
export function unusable(what: string): ConnectorError {
  return new ConnectorError('invalid', what);
}
