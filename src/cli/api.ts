import { resolve } from 'node:path';
import type { Api } from '../api/api.ts';
import type { Settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { Metrics } from '../observe/metrics.ts';
import { isPostgres } from '../store-url.ts';

type ApiSettings = Pick<Settings, 'api' | 'history' | 'healthCheckPort' | 'healthCheckBindAddress'>;

/** Refuses what would answer of nothing, or to anybody. */
export function checkApi({ api, history, healthCheckPort: port, healthCheckBindAddress: host }: ApiSettings): void {
  if (!api) {
    return;
  }
  if (history === undefined) {
    throw new ConnectorError('config', '--api answers from a store: name it with --history access.db');
  }
  if (isPostgres(history)) {
    throw new ConnectorError(
      'config',
      '--api answers from a store in a file, and --history is in PostgreSQL: ask its views there (docs/history.md)',
    );
  }
  if (port === 'off') {
    throw new ConnectorError(
      'config',
      '--api answers on the port of the health pages: leave --health-check-port off out',
    );
  }
  if (!isLoopbackHost(host)) {
    throw new ConnectorError(
      'config',
      `--api tells who can do what, and --health-check-bind-address ${host} would tell it to the network: give 127.0.0.1`,
    );
  }
}

/** What answers questions to the store, where that is wanted. */
export async function apiOf(
  settings: ApiSettings,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Pick<Metrics, 'expectQuestions' | 'onQuestion'> },
): Promise<Api | undefined> {
  const { api, history } = settings;
  if (!api || history === undefined) {
    return undefined;
  }
  const [{ createApi }, { endpoints }, { problems }] = await Promise.all([
    import('../api/api.ts'),
    import('../api/endpoints.ts'),
    import('../api/document.ts'),
  ]);
  metrics.expectQuestions([...Object.keys(endpoints), 'none'], ['200', ...Object.keys(problems)]);
  return createApi({
    store: resolve(history),
    isLoopback: true,
    logger,
    onRequest: (endpoint, status, durationMs) => metrics.onQuestion(endpoint, status, durationMs),
  });
}
