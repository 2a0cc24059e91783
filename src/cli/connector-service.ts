import { judgeBy } from './findings-judge.ts';
import { createConnector } from '../connector.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { longestConfigLine, parseChildConfig } from '../server/child-config.ts';
import { openInherited } from '../server/inherited.ts';
import { startServer } from '../server/server.ts';
import type { CommandContext } from './command-context.ts';
import type { EcosystemFlags } from './ecosystem.ts';
import { logForecast } from './forecast.ts';
import { readOneShot } from './read-one-shot.ts';
import { includedBy } from './one-shot-sync.ts';
import { callRateWaits, observe, openGuards, provisioning } from './serving.ts';
import { prepare } from './settings.ts';
import { untilAborted } from './until-aborted.ts';

const fdVariable = 'BATON_CONNECTOR_SERVICE_LISTENER_FD';
/** What is under way when the parent ends has nobody who waits for it, but a change may still be read back. */
const graceMs = 5_000;

/**
 * Answers a parent process over the socket that it hands down, with the certificates that it writes to standard input.
 * Ends when standard input does: the parent keeps it open for as long as it lives.
 */
export async function serveParent(
  options: EcosystemFlags,
  {
    env,
    signal,
    stdin = process.stdin,
  }: Pick<CommandContext, 'env' | 'signal'> & { readonly stdin?: NodeJS.ReadStream },
): Promise<void> {
  const fd = fdOf(env[fdVariable]);
  const include = await includedBy(await readOneShot(options, env), options, env);
  const prepared = await prepare(
    { ...options, ...(include.length > 0 && { include: include.join(',') }) },
    env,
    'info',
  );
  const { settings, logger, policy } = prepared;
  await using stack = new AsyncDisposableStack(); // closed in reverse order, also when a later step fails
  stack.defer(() => void stdin.destroy()); // an open one would keep the process alive
  const parent = await readParent(stdin, signal);
  const { port, identity } = parseChildConfig(parent.line);
  const listener = await openInherited(fd, port);
  stack.defer(() => void listener.close());
  const observation = await observe(prepared, env, () => undefined);
  stack.defer(() => observation.close());
  const { traces } = observation;
  const { audit, guard } = await openGuards(settings, observation, { logger, signal, stack });
  const client = prepared.connect(observation.requests)(callRateWaits);
  const connector = createConnector({
    project: client,
    policy,
    judge: judgeBy(settings),
    logger,
    onForecast: logForecast(logger),
    onUnknownAction: () => observation.metrics.onUnknownAction(),
    onNamelessLogin: () => observation.metrics.onNamelessLogin(),
    provisioner: provisioning(prepared, client, audit, observation, guard),
  });
  stack.defer(() => connector.close());
  stack.defer(() => connector.stopActions());
  const running = await startServer({
    surface: connector,
    listen: `127.0.0.1:${port}`,
    inherited: { listener, identity },
    logger,
    ...(traces !== undefined && { wrapCall: (path, header, work) => traces.call(path, header, work) }),
  });
  try {
    await Promise.race([parent.ended, untilAborted(signal)]);
  } finally {
    await running.stop(graceMs);
  }
}

function fdOf(text = ''): number {
  if (!/^\d{1,6}$/.test(text.trim())) {
    throw new ConnectorError(
      'config',
      text.trim() === ''
        ? `${fdVariable} is not set: this command is for a program that starts a connector as its child; to answer a ` +
            'platform by hand, use baton-descope serve'
        : `${fdVariable} is not the number of a file descriptor`,
    );
  }
  return Number(text);
}

interface Parent {
  readonly line: string;
  /** Resolves when the parent has gone, or closed its end. */
  readonly ended: Promise<void>;
}

/** The first line of standard input; all that follows is read and thrown away, so that its end is noticed. */
async function readParent(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<Parent> {
  let text = '';
  let isRead = false;
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) {
      stdin.once(event, () => resolve());
    }
  });
  const line = new Promise<void>((resolve) => {
    stdin.setEncoding('latin1').on('data', (chunk: string) => {
      text += isRead ? '' : chunk;
      if (!isRead && (text.includes('\n') || text.length > longestConfigLine)) {
        isRead = true;
        resolve();
      }
    });
  });
  await Promise.race([line, ended, untilAborted(signal)]);
  throwIfCancelled(signal);
  isRead = true;
  return { line: text.slice(0, longestConfigLine).split('\n')[0] ?? '', ended };
}
