import type { Settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { PagesOptions } from '../observe/pages.ts';
import type { WatchedCertificates } from '../server/tls.ts';
import { fullPath } from '../store-url.ts';

type ApiSettings = Pick<Settings, 'api' | 'history' | 'healthCheckPort' | 'healthCheckBindAddress'>;

/** Refuses what would answer of nothing, or to anybody. */
export function checkApi(
  { api, history, healthCheckPort: port, healthCheckBindAddress: host }: ApiSettings,
  hasTls: boolean,
): void {
  if (!api) {
    return;
  }
  if (history === undefined) {
    throw new ConnectorError('config', '--api answers from a store: name it with --history access.db');
  }
  if (port === 'off') {
    throw new ConnectorError(
      'config',
      '--api answers on the port of the health pages: leave --health-check-port off out',
    );
  }
  if (!hasTls && !isLoopbackHost(host)) {
    throw new ConnectorError(
      'config',
      `--api tells who can do what, and --health-check-bind-address ${host} would tell it to the network: ` +
        'give 127.0.0.1, or --tls-cert, --tls-key and --tls-client-ca',
    );
  }
}

/** What answers questions to the store on the port of the pages, and what callers from elsewhere come in by. */
export interface ServedApi extends Required<Pick<PagesOptions, 'more'>>, Pick<PagesOptions, 'door'>, AsyncDisposable {
  /** The scheme to ask with. */
  readonly scheme: 'http' | 'https';
}

interface ApiWays {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'expectQuestions' | 'onQuestion' | 'onQuestionRefused'>;
  /** What callers must have a certificate for, where the address is no loopback address. */
  readonly certificates: WatchedCertificates | undefined;
}

/** What answers questions to the store, where that is wanted. Callers that are not on this machine need mutual TLS. */
export async function apiOf(
  settings: ApiSettings,
  { logger, metrics, certificates }: ApiWays,
): Promise<ServedApi | undefined> {
  const { api: isWanted, history, healthCheckBindAddress } = settings;
  if (!isWanted || history === undefined) {
    return undefined;
  }
  const [{ createApi }, { endpoints }, { problems }, { addMutualTls }, { createRefusals }] = await Promise.all([
    import('../api/api.ts'),
    import('../api/endpoints.ts'),
    import('../api/document.ts'),
    import('../api/mutual-tls.ts'),
    import('../server/refusals.ts'),
  ]);
  metrics.expectQuestions([...Object.keys(endpoints), 'none'], ['200', ...Object.keys(problems)]);
  const isLoopback = isLoopbackHost(healthCheckBindAddress);
  const api = createApi({
    store: fullPath(history),
    isLoopback,
    logger,
    onRequest: (endpoint, status, durationMs) => metrics.onQuestion(endpoint, status, durationMs),
  });
  const refusals = createRefusals(logger, (cause) => metrics.onQuestionRefused(cause));
  return {
    more: api,
    scheme: isLoopback ? 'http' : 'https',
    ...(!isLoopback &&
      certificates !== undefined && { door: (server) => addMutualTls(server, { certificates, refusals }) }),
    [Symbol.asyncDispose]: async () => {
      refusals.close();
      await api.close();
    },
  };
}
