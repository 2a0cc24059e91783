import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bin, type Environment } from '../processes.ts';
import { type Asked, type Double, startDouble } from './double.ts';
import type { Script } from './script.ts';

/**
 * Who dials: our service mode; the SDK's own daemon in front of our connector; the same in front of a connector that is
 * made with the SDK.
 */
export type Who = 'ours' | 'daemon' | 'demo';

export interface Binaries {
  readonly platform: string;
  readonly daemon: string;
  readonly demo: string;
}

export interface DialOptions {
  readonly binaries: Binaries;
  readonly folder: string;
  readonly script: Script;
  readonly env: Environment;
  /** The script ends it; without this, the daemon has to end by itself. */
  readonly endsItself?: boolean;
  /** It is asked to end as soon as the platform was asked this, instead of at the end of the script. */
  readonly stopAt?: string | undefined;
  /** So many of them under one client id, as host-1, host-2 and so on; 1 when left out. */
  readonly processes?: number | undefined;
}

/** What came of a run. */
export interface Dialled {
  readonly who: Who;
  readonly asked: readonly Asked[];
  /** Of one that did not end with 0, if there is one. */
  readonly code: number | null;
  readonly log: string;
  readonly temp: string;
  /** What nobody may find in a trace, a log or an upload. */
  readonly secrets: readonly string[];
}

/** The longest takes 18 s alone, and five times that on a loaded machine: this ends what hangs. */
const limitMs = 300_000;
/** How each is asked to end: the SDK's daemon knows SIGINT only. */
const endSignal = { ours: 'SIGTERM', daemon: 'SIGINT', demo: 'SIGINT' } as const;

/** Lets somebody dial the double until the script is done. */
export async function dial(who: Who, options: DialOptions): Promise<Dialled> {
  const { binaries, folder, script, env, endsItself = false, processes = 1 } = options;
  const temp = join(folder, `${who}-temp`);
  await mkdir(temp, { recursive: true });
  await using double = await startDouble(binaries.platform, folder, script);
  const [program, ...args] = commandOf(who, binaries);
  let log = '';
  const children = Array.from({ length: processes }, (_, place) => {
    const child = spawn(program, args, {
      cwd: temp,
      env: {
        PATH: process.env['PATH'] ?? '',
        ...common(double, temp),
        BATON_HOST_ID: `host-${place + 1}`,
        ...env,
        ...particular(who, double, temp),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    return { child, ended: once(child, 'close') as Promise<[number | null]> };
  });
  const ended = (async (): Promise<number | null> => {
    const codes = (await Promise.all(children.map((one) => one.ended))).map(([code]) => code);
    return codes.find((code) => code !== 0) ?? 0;
  })();
  const limit = new AbortController();
  const tooLong = wait(limitMs, undefined, { signal: limit.signal }).then(
    () => Promise.reject(new Error(`${who} was not done within ${limitMs / 1000} s`)),
    () => undefined,
  );
  const early = (async () => {
    const [code] = await Promise.race(children.map((one) => one.ended));
    if (!endsItself) {
      throw new Error(`${who} ended with ${code}: ${log.slice(-1_500)}`);
    }
  })();
  const stop = (signal: NodeJS.Signals): void => children.forEach(({ child }) => child.kill(signal));
  try {
    if (options.stopAt !== undefined) {
      await Promise.race([double.askedFor(options.stopAt), early, tooLong]);
    } else if (endsItself) {
      await Promise.race([early, tooLong]);
    } else {
      await Promise.race([double.done, early, tooLong]);
    }
    early.catch(() => undefined);
    stop(endSignal[who]);
    await Promise.race([ended, tooLong]);
  } catch (thrown) {
    const seen = double.asked().map(({ call, status, reason = '' }) => `${call} ${status} ${reason}`);
    throw new Error(`${String(thrown)}\n${seen.slice(-12).join('\n')}\n${log.slice(-1_500)}`, { cause: thrown });
  } finally {
    limit.abort();
    stop('SIGKILL');
  }
  const code = await ended;
  const { d: key } = JSON.parse(Buffer.from(double.clientSecret.split(':')[3] ?? '', 'base64url').toString()) as {
    readonly d: string;
  };
  const secrets = [double.clientSecret, key, env['DESCOPE_MANAGEMENT_KEY'] ?? key];
  return { who, asked: double.asked(), code, log, temp, secrets };
}

function commandOf(who: Who, { daemon, demo }: Binaries): readonly [string, ...string[]] {
  switch (who) {
    case 'ours':
      return [process.execPath, bin];
    case 'daemon':
      return [daemon];
    default:
      return [demo];
  }
}

function common({ clientId, clientSecret }: Double, temp: string): Environment {
  return {
    BATON_CLIENT_ID: clientId,
    BATON_CLIENT_SECRET: clientSecret,
    BATON_C1Z_TEMP_DIR: temp,
    TMPDIR: temp,
  };
}

/** How each is told whom to trust; Go takes its roots from SSL_CERT_FILE. */
function particular(who: Who, { caFile }: Double, temp: string): Environment {
  switch (who) {
    case 'ours':
      return { BATON_C1_CA_FILE: caFile, BATON_HEALTH_CHECK_PORT: 'off' };
    case 'daemon':
      return { SSL_CERT_FILE: caFile, DAEMON_CHILD: [process.execPath, bin].join('\n') };
    default:
      return { SSL_CERT_FILE: caFile, BATON_STATE: join(temp, 'members') };
  }
}
