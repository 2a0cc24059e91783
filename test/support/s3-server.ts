import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres.ts';

const source = join(import.meta.dirname, '..', 's3-server');
const folder = join(tmpdir(), 'baton-descope-s3');

/** Builds the server where the next run finds it. Why it cannot be had here; undefined where it can. */
export const noS3: string | undefined = ((): string | undefined => {
  const [, minor = '0'] =
    /go1\.(\d+)/.exec(spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '') ?? [];
  if (Number(minor) < 26) {
    return 'no Go, or one older than 1.26';
  }
  if (spawnSync('go', ['mod', 'download'], { cwd: source, timeout: 300_000 }).status !== 0) {
    return 'the Go modules cannot be had here';
  }
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('go', ['build', '-o', join(folder, 'server'), '.'], {
    cwd: source,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`go build failed: ${stderr}`);
  }
  return undefined;
})();

export interface TestS3 extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: 'acme-syncs';
  readonly id: string;
  readonly secret: string;
  /** Where the objects are, as files. */
  readonly folder: string;
}

/** Starts versitygw over a folder of its own with one bucket; it is gone at the end with all that it held. */
export async function startS3(): Promise<TestS3> {
  const own = await mkdtemp(join(tmpdir(), 'baton-s3-'));
  const [data, about] = [join(own, 'data'), join(own, 'about')];
  await mkdir(join(data, 'acme-syncs'), { recursive: true });
  await mkdir(about);
  const [id, secret] = ['chief', `s${Math.random().toString(36).slice(2)}`];
  let server: ChildProcess | undefined;
  for (let tries = 5; server === undefined && tries > 0; tries -= 1) {
    const port = await freePort();
    const begun = spawn(join(folder, 'server'), ['-address', `127.0.0.1:${port}`, '-data', data, '-about', about], {
      env: { S3_ACCESS: id, S3_SECRET: secret },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const isOver = once(begun, 'exit').then(() => true);
    const endpoint = `http://127.0.0.1:${port}`;
    const isUp = async (): Promise<boolean> => {
      while (begun.exitCode === null) {
        const answers = await fetch(`${endpoint}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (answers) {
          return true;
        }
        await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 20))]);
      }
      return false; // somebody took the port
    };
    if (await isUp()) {
      server = begun;
      return {
        endpoint,
        bucket: 'acme-syncs',
        id,
        secret,
        folder: join(data, 'acme-syncs'),
        [Symbol.asyncDispose]: async () => {
          begun.kill('SIGKILL');
          await isOver;
          await rm(own, { recursive: true, force: true });
        },
      };
    }
  }
  throw new Error('the S3 server did not start');
}
