import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAuthority } from '../../support/certificates.ts';
import { type Script, scriptText } from './script.ts';

/** A call as the double tells of it; see platform/trace.go. */
export interface Asked {
  readonly seq: number;
  readonly call: string;
  readonly atMs: number;
  readonly connection: string;
  readonly task?: string;
  readonly status: string;
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly given?: readonly string[];
  readonly upload?: {
    readonly hostId: string;
    readonly parts: readonly (string | number)[];
    readonly isWhole: boolean;
    readonly file?: string;
  };
  readonly token?: Readonly<Record<string, unknown>>;
}

/** The double of the platform, running. */
export interface Double extends AsyncDisposable {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly caFile: string;
  /** Resolves when all tasks of the script have ended. */
  readonly done: Promise<void>;
  /**
   * Resolves when this call has been asked and answered; with `came ` before its name, when it has come; with a number
   * behind it, at that time of its kind.
   */
  readonly askedFor: (call: string) => Promise<void>;
  /** What it was asked so far, in the order in which it came. */
  readonly asked: () => readonly Asked[];
}

type Line = Asked & {
  readonly done?: boolean;
  readonly came?: string;
  readonly ready?: Pick<Double, 'clientId' | 'clientSecret'>;
};

export async function startDouble(binary: string, folder: string, script: Script): Promise<Double> {
  await mkdir(join(folder, 'uploads'), { recursive: true });
  const authority = await createAuthority('authority of the platform');
  const { cert, key } = await authority.issue('platform');
  const put = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const caFile = await put('platform-ca.pem', authority.cert);
  const args = [
    '-cert',
    await put('platform.pem', cert),
    '-key',
    await put('platform.key', key),
    '-script',
    await put('script.json', scriptText(script)),
    '-uploads',
    join(folder, 'uploads'),
  ];
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const asked: Asked[] = [];
  const told = new EventEmitter();
  const seen = new Map<string, number>();
  const happened = (what: string): void => {
    const times = (seen.get(what) ?? 0) + 1;
    [what, `${what} ${times}`].forEach((name) => {
      seen.set(name, times);
      told.emit(name);
    });
  };
  const ready = Promise.withResolvers<NonNullable<Line['ready']>>();
  const done = Promise.withResolvers<void>();
  const ended = (async () => {
    await once(child, 'close');
    const gone = new Error(`the double of the platform ended: ${stderr.trim()}`);
    ready.reject(gone);
    done.reject(gone);
  })();
  done.promise.catch(() => undefined); // whoever waits for it is told
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if (line.ready !== undefined) {
      ready.resolve(line.ready);
    } else if (line.done === true) {
      done.resolve();
    } else if (line.came !== undefined) {
      happened(`came ${line.came}`);
    } else {
      asked.push(line);
      happened(line.call);
    }
  });
  return {
    ...(await ready.promise),
    caFile,
    done: done.promise,
    askedFor: async (call) => {
      if (!seen.has(call)) {
        await once(told, call);
      }
    },
    asked: () => asked.toSorted((a, b) => a.seq - b.seq),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
