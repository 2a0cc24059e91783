import { X509Certificate } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import { isWritableByAll } from '../file-trust.ts';
import type { Logger } from '../log.ts';
import { shellWord } from '../shell-word.ts';

/**
 * The three files of mutual TLS: our certificate and key, and the CA that callers' certificates must come from. PEM.
 */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

/** What the three files hold. */
export interface Certificates {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly caCertificate: Buffer;
}

/** Several files change one after the other: they are read when they have been quiet for this long. */
const settleMs = 200;

/** Told of the certificates in force, now and after each change: until when each file's are good (epoch ms). */
export type CertificateWatcher = (expiriesMs: Readonly<Record<string, number>>) => void;

/** The certificates in force: new ones once the files have changed and fit together. Close it with the servers. */
export interface WatchedCertificates {
  current(): Certificates;
  /** Told of each change from now on. */
  onChange(listener: (renewed: Certificates) => void): void;
  close(): void;
}

/**
 * Mutual TLS from files. They must be good when they are first read (`config` otherwise). Later, new ones count only
 * once they fit together: a half-finished rotation leaves the old ones in force and is logged.
 */
export function watchCertificates(
  files: TlsFiles,
  logger: Logger,
  onCertificates?: CertificateWatcher,
): WatchedCertificates {
  let certificates = load(files);
  onCertificates?.(expiriesOf(certificates));
  const listeners: ((renewed: Certificates) => void)[] = [];
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  const reload = (): void => {
    try {
      certificates = load(files);
      listeners.forEach((listener) => listener(certificates));
      onCertificates?.(expiriesOf(certificates));
      logger.info('tls certificates reloaded');
    } catch (thrown) {
      logger.warn('tls certificates not reloaded, the old ones stay in force', {
        reason: thrown instanceof ConnectorError ? thrown.message : 'unknown',
      });
    }
  };
  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(reload, settleMs);
  };
  // Folders are watched, not files: a rotation usually puts a new file or link in the old one's place.
  for (const folder of new Set([files.cert, files.key, files.clientCa].map((path) => dirname(path)))) {
    watchers.push(watch(folder, { persistent: false }, schedule));
  }

  return {
    current: () => certificates,
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) {
        watcher.close();
      }
    },
  };
}

/** Credentials for grpc-js that follow the certificates. */
export function credentialsOf(certificates: WatchedCertificates): ServerCredentials {
  const provider = new Provider(certificates.current());
  certificates.onChange((renewed) => provider.update(renewed));
  return experimental.createCertificateProviderServerCredentials(provider, provider, true);
}

/** Reads the files and checks that they fit together. */
function load(files: TlsFiles): Certificates {
  const certificates = {
    certificate: read('--tls-cert', files.cert),
    privateKey: read('--tls-key', files.key),
    caCertificate: read('--tls-client-ca', files.clientCa),
  };
  try {
    createSecureContext({
      cert: certificates.certificate,
      key: certificates.privateKey,
      ca: certificates.caCertificate,
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^error:[0-9A-F]+:/, '') : 'unknown';
    throw new ConnectorError(
      'config',
      `the TLS files do not fit together (${reason}); --tls-cert and --tls-key must be a PEM certificate and its key, ` +
        '--tls-client-ca a PEM certificate',
    );
  }
  if (!certificates.caCertificate.includes('BEGIN CERTIFICATE')) {
    throw new ConnectorError('config', '--tls-client-ca holds no PEM certificate: without it anybody could call');
  }
  return certificates;
}

/** A file with several certificates is as good as the one that ends first. */
function expiriesOf({ certificate, caCertificate }: Certificates): Readonly<Record<string, number>> {
  const expiries = { 'tls-cert': earliestExpiry(certificate), 'tls-client-ca': earliestExpiry(caCertificate) };
  return Object.fromEntries(Object.entries(expiries).filter(([, expiryMs]) => Number.isFinite(expiryMs)));
}

function earliestExpiry(pem: Buffer): number {
  const blocks = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return Math.min(...blocks.map(expiryOf));
}

/** A block that cannot be read says nothing; whether it may be in force is judged elsewhere. */
function expiryOf(block: string): number {
  try {
    return new X509Certificate(block).validToDate.getTime();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function read(flag: string, path: string): Buffer {
  if (isWritableByAll(path)) {
    throw new ConnectorError(
      'config',
      `${flag}: ${path} can be changed by every user of this machine, who could let others call: chmod o-w ${shellWord(path)}`,
    );
  }
  try {
    return readFileSync(path);
  } catch (thrown) {
    const code = osCode(thrown);
    throw new ConnectorError('config', `${flag}: cannot read ${path} (${code})`);
  }
}

type CaListener = experimental.CaCertificateUpdateListener;
type IdentityListener = experimental.IdentityCertificateUpdateListener;

/** Hands certificates to grpc-js, now and whenever they change. */
class Provider implements experimental.CertificateProvider {
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #current: Certificates;

  constructor(certificates: Certificates) {
    this.#current = certificates;
  }

  update(certificates: Certificates): void {
    this.#current = certificates;
    for (const listener of this.#caListeners) {
      listener(certificates);
    }
    for (const listener of this.#identityListeners) {
      listener(certificates);
    }
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    process.nextTick(listener, this.#current);
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    process.nextTick(listener, this.#current);
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }
}
