const tlsCodes = /^(CERT_|CRL_|ERROR_IN_|ERR_TLS|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

const known: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet; check this machine's clock"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, 'its certificate is for another host'],
  [/SELF_SIGNED|^UNABLE_TO_|^CERT_UNTRUSTED$/, 'its certificate comes from a CA that is not known here'],
  [/^(CERT|CRL|ERROR_IN|INVALID|PATH)_/, 'its certificate is not accepted'],
  [/protocol.version|unsupported.protocol|no.protocols/i, 'it speaks no TLS version from 1.2 on'],
  [/wrong.version.number|packet.length|http.request/i, 'it does not speak TLS at all'],
];

/**
 * What a code of Node or OpenSSL says about TLS to the other side, in words; undefined when it is not about TLS. The text
 * is looked at only where the code says no more than EPROTO.
 */
export function tlsReason(code: string, text: string): string | undefined {
  const told = code === 'EPROTO' ? text : code;
  return tlsCodes.test(code) ? (known.find(([pattern]) => pattern.test(told))?.[1] ?? 'the handshake failed') : undefined;
}
