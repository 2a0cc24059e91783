import { isIP } from 'node:net';
import { loadSettings } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import { parseListenHost } from '../listen-address.ts';
import type { CommandContext } from './command-context.ts';
import { type SettingFlags, settingSources } from './setting-sources.ts';

export type HealthCheckFlags = SettingFlags & {
  readonly endpoint: 'health' | 'ready' | 'live';
  readonly timeout: number;
};

/**
 * Prints what the page says. Not well, or no answer, is a `precondition` error: exit 1, which is what containers look
 * at.
 */
export async function healthCheck(
  { endpoint, timeout, ...flags }: HealthCheckFlags,
  { env, print }: Pick<CommandContext, 'env' | 'print'>,
): Promise<void> {
  // The project id is not required: a health check should need as few settings as possible.
  const { healthCheckPort: port, healthCheckBindAddress: host } = loadSettings(
    await settingSources({ projectId: 'P', ...flags }, env),
  );
  if (port === 'off' || port === 0) {
    throw new ConnectorError('config', `--health-check-port is ${port}: name the port that serve listens on`);
  }
  const url = `http://${dialled(host)}:${port}/${endpoint}`;
  const { status, body } = await ask(url, timeout);
  print(body.trim());
  if (status !== 200) {
    throw new ConnectorError('precondition', `not healthy: ${url} answered ${status}`);
  }
}

/** A server that listens on every address is asked on loopback. */
function dialled(text: string): string {
  const parsed = parseListenHost(text);
  if ('flaw' in parsed) {
    throw new ConnectorError('config', `--health-check-bind-address ${parsed.flaw}`);
  }
  return parsed.host === '0.0.0.0'
    ? '127.0.0.1'
    : isIP(parsed.host) === 6 && /^[0:]+$/.test(parsed.host)
      ? '[::1]'
      : parsed.written;
}

async function ask(url: string, timeoutSeconds: number): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000), redirect: 'error' });
    return { status: answer.status, body: await answer.text() };
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    const reason =
      cause instanceof Error && 'code' in cause
        ? String(cause.code)
        : thrown instanceof Error
          ? thrown.name
          : 'unknown';
    throw new ConnectorError(
      'precondition',
      `no answer from ${url} (${reason}): is serve running, and is this its --health-check-port?`,
    );
  }
}
