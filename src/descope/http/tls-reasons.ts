const tlsCodes =
  /^(CERT_|CRL_|ERROR_IN_|ERR_TLS|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

const unknownCa = /SELF_SIGNED|^UNABLE_TO_|^CERT_UNTRUSTED$/;

const known: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet; check this machine's clock"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, 'its certificate is for another host'],
  [unknownCa, 'its certificate comes from a CA that is not known here'],
  [/^(CERT|CRL|ERROR_IN|INVALID|PATH)_/, 'its certificate is not accepted'],
  [/protocol.version|unsupported.protocol|no.protocols/i, 'it speaks no TLS version from 1.2 on'],
  [/wrong.version.number|packet.length|http.request/i, 'it does not speak TLS at all'],
];

/** What is wrong with TLS to the other side, and the remedy. */
export interface TlsReason {
  readonly reason: string;
  readonly isUnknownCa: boolean;
  readonly remedy: string;
}

/**
 * The meaning of a code of Node or OpenSSL about TLS to the other side; undefined when it is not about TLS. The text
 * counts only where the code is just EPROTO.
 */
export function tlsReason(code: string, text: string): TlsReason | undefined {
  if (!tlsCodes.test(code)) {
    return undefined;
  }
  const told = code === 'EPROTO' ? text : code;
  const reason = known.find(([pattern]) => pattern.test(told))?.[1] ?? 'the handshake failed';
  const isUnknownCa = unknownCa.test(told);
  return {
    reason,
    isUnknownCa,
    remedy: isUnknownCa
      ? 'if that CA is to be trusted (a proxy of your company?), name its certificate with --ca-file or NODE_EXTRA_CA_CERTS'
      : 'check the base URL, the proxy and the CA',
  };
}
