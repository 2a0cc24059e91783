import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const words: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the caller gave no certificate',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the caller speaks no TLS 1.2 or newer',
  ERR_SSL_NO_SHARED_CIPHER: 'the caller and this server share no cipher',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'the caller does not offer HTTP/2 (ALPN h2)',
  ERR_SSL_HTTP_REQUEST: 'the caller spoke HTTP without TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the caller did not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the caller did not speak TLS',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the caller does not trust the certificate of this server',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the caller does not accept the certificate of this server',
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': 'the caller does not accept the certificate of this server',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the caller does not accept the certificate of this server',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "the caller says that this server's certificate has expired",
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the handshake took too long',
  ECONNRESET: 'the caller went away in the middle of the handshake',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the caller's certificate does not come from the CA of --tls-client-ca",
  UNABLE_TO_GET_ISSUER_CERT: "the caller's certificate does not come from the CA of --tls-client-ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the caller's certificate does not come from the CA of --tls-client-ca",
  SELF_SIGNED_CERT_IN_CHAIN: "the caller's certificate does not come from the CA of --tls-client-ca",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the caller's certificate is self-signed, and not of the CA of --tls-client-ca",
  CERT_SIGNATURE_FAILURE: "the caller's certificate does not come from the CA of --tls-client-ca",
  CERT_HAS_EXPIRED: "the caller's certificate has expired",
  CERT_NOT_YET_VALID: "the caller's certificate is not valid yet",
  INVALID_PURPOSE: "the caller's certificate is not meant for clients",
};

/** What was refused: by whom, and why. */
export interface TlsRefusal {
  readonly address: string;
  readonly reason: string;
}

/**
 * What a failed handshake says; undefined for one that was never begun: a port that is only looked at, as probes do.
 */
export function describeTlsRefusal(error: NodeJS.ErrnoException, socket: TLSSocket): TlsRefusal | undefined {
  const below = rawSocketOf(socket);
  const code = authorizationErrorOf(socket) ?? error.code ?? 'unknown';
  if (code === 'ECONNRESET' && below?.bytesRead === 0) {
    return undefined;
  }
  return { address: peerOf(below ?? socket), reason: Object.hasOwn(words, code) ? `${words[code]} (${code})` : code };
}

/** `host:port` of the other end. A socket that is closed knows it only if it was asked while it was open. */
export function peerOf({
  remoteAddress,
  remotePort,
}: {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}): string {
  if (remoteAddress === undefined) {
    return 'unknown';
  }
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** The code of what was wrong with the caller's certificate; the types promise an Error, which it is not. */
function authorizationErrorOf(socket: TLSSocket): string | undefined {
  const code: unknown = socket.authorizationError;
  return typeof code === 'string' ? code : undefined;
}

/**
 * The connection beneath, which still knows who called when the TLS socket has forgotten. Not a documented property.
 */
function rawSocketOf(socket: TLSSocket): Socket | undefined {
  const below: unknown = Reflect.get(socket, '_parent');
  return typeof below === 'object' && below !== null && 'bytesRead' in below ? (below as Socket) : undefined;
}
