import { type SignIn, type SignInRequest, usualKey } from '../emulator/emulator.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { isLoopbackHost } from '../loopback.ts';
import { isOsError, osReason } from '../os-reasons.ts';
import { printable } from '../printable.ts';
import type { CommandContext } from './command-context.ts';
import { loginTold } from './emulator-login-text.ts';

export interface LoginFlags {
  readonly groups?: readonly string[];
  readonly group?: readonly string[];
  readonly tenant?: string;
  readonly ssoId?: string;
  readonly port?: number;
  readonly url?: string;
  readonly json?: boolean;
}

const timeoutMs = 10_000;

/** Signs a user in to a running emulator, and prints what the login gave. A login that is refused is an error. */
export async function signIn(
  login: string,
  { groups = [], group = [], tenant = '', ssoId = '', json = false, ...where }: LoginFlags,
  { env, print, signal }: Pick<CommandContext, 'env' | 'print' | 'signal'>,
): Promise<void> {
  const named = groups.flatMap((list) => list.split(',')).map((name) => name.trim());
  const request: SignInRequest = {
    user: login,
    groups: [...named.filter((name) => name !== ''), ...group],
    tenantId: tenant,
    ssoId,
  };
  const answer = await ask(addressOf(where, env['DESCOPE_BASE_URL']), request, signal);
  print(json ? JSON.stringify(answer) : loginTold(answer));
}

/** Loopback only: nobody shall send a login to a real project by mistake, not even one that it refuses. */
function addressOf({ port, url }: Pick<LoginFlags, 'port' | 'url'>, fallback: string | undefined): URL {
  if (port !== undefined && url !== undefined) {
    throw new ConnectorError('config', '--port and --url both say where the emulator listens: give one of them');
  }
  if (port === 0) {
    throw new ConnectorError('config', '--port cannot be 0: it must be the port that the emulator took');
  }
  const text = port === undefined ? (url ?? fallback) : `http://127.0.0.1:${port}`;
  if (text === undefined || text === '') {
    throw new ConnectorError('config', 'where does the emulator listen? Give --port, --url or DESCOPE_BASE_URL');
  }
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address?.protocol !== 'http:' || !isLoopbackHost(address.hostname)) {
    throw new ConnectorError(
      'config',
      `${printable(text)} is no http address on loopback: a login is simulated in an emulator on this machine only`,
    );
  }
  return address;
}

async function ask(address: URL, request: SignInRequest, signal: AbortSignal): Promise<SignIn> {
  const response = await fetch(new URL('/emulator/login', address), {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    headers: {
      authorization: `Bearer ${usualKey.projectId}:${usualKey.managementKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(request),
  }).catch((thrown: unknown) => {
    throwIfCancelled(signal);
    throw new ConnectorError(
      'unavailable',
      `no answer from ${address.origin} (${reasonOf(thrown)}): does the emulator run there?`,
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && isAnswer(body)) {
    return body;
  }
  const message = messageIn(body);
  if (response.status === 400 && message !== undefined) {
    throw new ConnectorError('refused', `the login was refused: ${printable(message)}`);
  }
  throw new ConnectorError(
    'unavailable',
    `${address.origin} is no emulator of this version: it answered ${response.status}`,
  );
}

function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  return isOsError(cause) ? osReason(cause) : cause instanceof Error ? cause.name : 'unknown';
}

function isAnswer(body: unknown): body is SignIn {
  return typeof body === 'object' && body !== null && 'user' in body && 'gained' in body;
}

function messageIn(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'errorMessage' in body && typeof body.errorMessage === 'string'
    ? body.errorMessage
    : undefined;
}
