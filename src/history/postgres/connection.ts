import { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryResultRow } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { ConnectorError } from '../../errors.ts';
import { isLoopbackHost } from '../../loopback.ts';
import { printable } from '../../printable.ts';
import { shownStore } from '../../store-url.ts';
import { serverCode, toServerFault } from './faults.ts';
import { usualSilence, watchSilence } from './silence.ts';

/** A connection to a store in PostgreSQL. Its errors are told by the store's name, which holds no password. */
export interface Connection extends AsyncDisposable {
  readonly name: string;
  readonly client: Client;
  /** Rows of a query. Whole numbers beyond 32 bits are texts, unless the query casts them. */
  rows<Row extends QueryResultRow = QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows a statement changed. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
  /** Waits for work with the client; faults of the server are told. */
  guarded<T>(work: () => Promise<T>): Promise<T>;
  /** Work that begins at once and is not waited for: whatever the client is asked next waits for it, and fails as it did. */
  begin(work: () => Promise<unknown>): Promise<void>;
}

const connectMs = 10_000;
/** A connection that nothing was heard of for so long is asked for a sign of life by TCP, each second then, ten times. */
const keepAliveMs = 10_000;
/** A server that does not answer a goodbye is not waited for longer. */
const goodbyeMs = 5_000;

/**
 * Connects to the database that a URL names. Statements may take long; a way to the server that is dead is noticed by
 * `watchSilence`. Errors: `config` for a URL that is none, else those of `toServerFault`.
 */
export async function connect(url: string, doing: 'read' | 'write', silence = usualSilence): Promise<Connection> {
  const name = shownStore(url);
  const config = clientConfigOf(url, name);
  const socket = new Socket();
  const client = new Client({ ...config, stream: () => socket });
  client.on('error', () => undefined); // the query that is under way, or the next one, tells it
  let asked = 0;
  const isReachable = async (): Promise<boolean> =>
    await answers({ ...config, connectionTimeoutMillis: silence.connectMs });
  const watch = watchSilence({ socket, isAsked: () => asked > 0, isReachable, times: silence });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    asked += 1;
    try {
      return await work();
    } catch (thrown) {
      throw toServerFault(name, watch.isDead ? new Error('timeout') : thrown, doing);
    } finally {
      asked -= 1;
    }
  };
  const end = async (): Promise<void> => {
    watch[Symbol.dispose]();
    const timer = setTimeout(() => socket.destroy(), goodbyeMs);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  };
  let begun: Promise<unknown> = Promise.resolve();
  const settled = async (): Promise<void> => {
    await begun;
  };
  try {
    await guarded(() => client.connect());
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return {
    name,
    client,
    guarded,
    rows: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      await guarded(async () => {
        await settled();
        return (await client.query<Row>(sql, [...values])).rows;
      }),
    run: async (sql, values = []) =>
      await guarded(async () => {
        await settled();
        return (await client.query(sql, [...values])).rowCount ?? 0;
      }),
    begin: async (work) => {
      await settled();
      begun = guarded(work);
      begun.catch(() => undefined); // whoever is next throws it
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Whether a server lets somebody in, or says why not: then it is there. */
async function answers(config: ClientConfig): Promise<boolean> {
  const socket = new Socket();
  const client = new Client({ ...config, stream: () => socket });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (thrown) {
    return serverCode(thrown) !== undefined;
  } finally {
    client.end().catch(() => undefined);
    socket.destroy();
  }
}

/** Without `sslmode` a server elsewhere is talked to under TLS, with its name checked; one of this machine is not. */
export function clientConfigOf(url: string, name: string): ClientConfig {
  let config: ClientConfig;
  try {
    config = toClientConfig(parse(url, { useLibpqCompat: true }));
  } catch {
    throw new ConnectorError(
      'config',
      `cannot use ${printable(name)}: it is no URL of a database that can be used; give ` +
        'postgres://USER@HOST:5432/DATABASE, with %40 for @ in a name, and files of certificates that can be read',
    );
  }
  const { host } = new Client(config); // PGHOST may have named it
  const isNear = host === '' || host.startsWith('/') || isLoopbackHost(host);
  return {
    ...config,
    ...(config.ssl === undefined && { ssl: !isNear }),
    application_name: 'baton-descope',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
  };
}
