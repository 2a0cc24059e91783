import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isWritableByAll } from '../file-trust.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { osCode } from '../os-reasons.ts';

const name = 'TLS files';
const dayMs = 24 * 60 * 60_000;
const soonDays = 30;

/** The files of `serve`'s mutual TLS, as far as they are set. */
export interface TlsPaths {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly clientCa?: string | undefined;
}

/**
 * Whether the three files are there, fit together, and are valid today and for a while. One check each, or one for all.
 */
export function checkTls({ cert, key, clientCa }: TlsPaths, nowMs: number): readonly Check[] {
  if (cert === undefined && key === undefined && clientCa === undefined) {
    return [skip(name, 'none set: serve listens on loopback only; sync needs none')];
  }
  if (cert === undefined || key === undefined || clientCa === undefined) {
    const missing = [
      cert === undefined && '--tls-cert',
      key === undefined && '--tls-key',
      clientCa === undefined && '--tls-client-ca',
    ].filter((flag) => flag !== false);
    return [
      fail(
        'config',
        name,
        `${missing.join(' and ')} missing`,
        'TLS is always mutual: give all three, or none and listen on loopback.',
      ),
    ];
  }
  return [
    checkCertificate('TLS cert', cert, nowMs),
    checkKey(cert, key),
    checkCertificate('TLS client CA', clientCa, nowMs, true),
  ];
}

function checkCertificate(what: string, path: string, nowMs: number, isCa = false): Check {
  const read = attempt(() => new X509Certificate(readFileSync(path)));
  if (!read.isDone) {
    return fail(
      'config',
      what,
      `${path}: ${read.reason}`,
      'It must be a certificate in PEM form that this user may read.',
    );
  }
  const { validFromDate, validToDate, ca } = read.value;
  const days = Math.floor((validToDate.getTime() - nowMs) / dayMs);
  const until = validToDate.toISOString().slice(0, 10);
  if (isWritableByAll(path)) {
    return fail('config', what, `${path} can be changed by every user of this machine`, `chmod o-w ${shellWord(path)}`);
  }
  if (validToDate.getTime() <= nowMs) {
    return fail(
      'config',
      what,
      `${path} expired on ${until}`,
      'Renew it; a running serve loads the new files by itself.',
    );
  }
  if (validFromDate.getTime() > nowMs) {
    return fail(
      'config',
      what,
      `${path} is valid only from ${validFromDate.toISOString().slice(0, 10)} on`,
      'Wait, or look at the clock of this machine.',
    );
  }
  if (isCa && !ca) {
    return fail(
      'config',
      what,
      `${path} is not the certificate of a CA`,
      "Name the CA's own certificate: callers' certificates are checked against it.",
    );
  }
  if (days < soonDays) {
    return warn(
      what,
      `${path} expires on ${until}, in ${days} days`,
      'Renew it soon; a running serve loads the new files by itself.',
    );
  }
  return ok(what, until.startsWith('9999-') ? `${path}, which does not expire` : `${path}, valid until ${until}`);
}

function checkKey(cert: string, path: string): Check {
  const what = 'TLS key';
  const read = attempt(() => createPrivateKey(readFileSync(path)));
  if (!read.isDone) {
    return fail(
      'config',
      what,
      `${path}: ${read.reason}`,
      'It must be a private key in PEM form, without a password, that this user may read.',
    );
  }
  if (isWritableByAll(path)) {
    return fail('config', what, `${path} can be changed by every user of this machine`, `chmod 600 ${shellWord(path)}`);
  }
  const fits = attempt(() => new X509Certificate(readFileSync(cert)).checkPrivateKey(read.value));
  if (fits.isDone && !fits.value) {
    return fail(
      'config',
      what,
      `${path} does not belong to ${cert}`,
      'Name the key that the certificate was made for.',
    );
  }
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0) {
    return warn(what, `${path} can be read by others`, `chmod 600 ${shellWord(path)}`);
  }
  return ok(what, fits.isDone ? `${path} belongs to the certificate` : `${path} is a key`);
}

type Attempt<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly reason: string };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { isDone: true, value: work() };
  } catch (thrown) {
    const code = osCode(thrown);
    return {
      isDone: false,
      reason:
        code.startsWith('E') && !code.startsWith('ERR_') ? `cannot be read (${code})` : 'is not what it should be',
    };
  }
}
