// Checks the image without a container engine: BuildKit's own checks of the Dockerfile, and the tree that it builds,
// run under the same user and restrictions. What cannot be checked on this machine is said, and counted as skipped.
import { once } from 'node:events';
import { chownSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { startEmulator } from '../src/emulator/emulator.ts';
import { type Box, type BoxRun, canMakeBoxes, makeBox } from '../test/deploy/box.ts';
import { readImageFacts } from '../test/deploy/dockerfile.ts';
import { runGoCheck } from '../test/deploy/go-check.ts';
import { Report } from '../test/deploy/report.ts';

const report = new Report();
const facts = readImageFacts();
const { entrypoint, healthcheck, user } = facts;

const expect = (isSo: boolean, otherwise: string): void => {
  if (!isSo) throw new Error(otherwise);
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  server.close();
  return port;
}

async function waitFor(run: BoxRun, text: string): Promise<void> {
  const isOver = run.ended.then(() => true);
  while (!run.output().includes(text)) {
    const over = await Promise.race([isOver, new Promise<false>((resolve) => setTimeout(() => resolve(false), 20))]);
    if (over && !run.output().includes(text)) throw new Error(`it ended before it said "${text}": ${run.output()}`);
  }
}

/** A file that the user of the box may read. */
function writeInBox(box: Box, name: string, text: string): void {
  const path = join(box.data, name);
  writeFileSync(path, text, { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(path, user.uid, user.gid);
}

async function inTheBox(box: Box): Promise<void> {
  const emulator = await startEmulator({ users: 300, seed: 7 });
  // The box has the machine's loopback addresses, where somebody else may have taken the usual port.
  const port = String(await freePort());
  const project = {
    BATON_HEALTH_CHECK_PORT: port,
    DESCOPE_BASE_URL: emulator.baseUrl,
    DESCOPE_PROJECT_ID: emulator.projectId,
    DESCOPE_MANAGEMENT_KEY: emulator.managementKey,
  };
  const cli = (...args: string[]): BoxRun => box.run([...entrypoint, ...args], project);
  try {
    await report.step('it runs where there is no shell and nothing can be written but /data', async () => {
      const run = cli('--version');
      expect((await run.ended) === 0, run.output());
      return run.output().trim();
    });
    await report.step('process 1 is the numbered user, without any capability, unable to gain one', async () => {
      const run = box.run([
        entrypoint[0],
        '-e',
        "console.log(process.pid, require('node:fs').readFileSync('/proc/self/status', 'utf8'))",
      ]);
      await run.ended;
      const status = run.output();
      for (const pattern of [
        /^1 /,
        new RegExp(`^Uid:\\s+${user.uid}\\s`, 'm'),
        new RegExp(`^Gid:\\s+${user.gid}\\s`, 'm'),
        /^CapEff:\s+0+$/m,
        /^CapPrm:\s+0+$/m,
        /^CapBnd:\s+0+$/m,
        /^NoNewPrivs:\s+1$/m,
      ]) {
        expect(pattern.test(status), `${String(pattern)} is not so:\n${status}`);
      }
      return `uid ${user.uid}`;
    });
    await report.step('a sync writes its file to /data, for its owner alone', async () => {
      const run = cli('sync', '--out', '/data/sync.json');
      expect((await run.ended) === 0, run.output());
      const { mode, uid, size } = statSync(join(box.data, 'sync.json'));
      expect((mode & 0o777) === 0o600, `its mode is ${mode.toString(8)}`);
      expect(process.getuid?.() !== 0 || uid === user.uid, `it belongs to ${uid}`);
      expect(readdirSync(box.data).join() === 'sync.json', `/data holds ${readdirSync(box.data).join(', ')}`);
      return `${size.toLocaleString('en')} bytes`;
    });
    await report.step('a .c1z file needs no other folder, either', async () => {
      const run = cli('sync', '--out', '/data/sync.c1z');
      expect((await run.ended) === 0, run.output());
      return `${statSync(join(box.data, 'sync.c1z')).size.toLocaleString('en')} bytes`;
    });
    await report.step('a sync of a fleet, which is a process below process 1, does so as well', async () => {
      const { projectId, baseUrl, managementKey } = emulator;
      const key = { file: '/data/key' };
      const projects = [{ id: projectId, name: 'acme', 'base-url': baseUrl, key, outputs: { folder: '/data/acme' } }];
      writeInBox(box, 'key', managementKey);
      writeInBox(box, 'fleet.yaml', JSON.stringify({ version: 1, projects }));
      const run = cli('fleet', 'sync', 'acme', '--now', '--file', '/data/fleet.yaml');
      expect((await run.ended) === 0, run.output());
      expect(readdirSync(join(box.data, 'acme')).includes('latest.json'), run.output());
      for (const name of readdirSync(box.data).filter((one) => !one.startsWith('sync.'))) {
        rmSync(join(box.data, name), { recursive: true });
      }
      return run.output().trim();
    });
    await report.step('everywhere else is read-only: exit 6 and one line', async () => {
      for (const folder of ['/app', '/', '/dev', '/nodejs']) {
        const run = cli('sync', '--out', join(folder, 'sync.json'));
        const code = await run.ended;
        expect(code === 6 && !run.output().includes('    at '), `${folder}: exit ${code}: ${run.output()}`);
      }
      return '/app, /, /dev, /nodejs';
    });
    await report.step('the HEALTHCHECK says 1 where nobody listens', async () => {
      const run = box.run(healthcheck, project);
      const code = await run.ended;
      expect(code === 1, `exit ${code}: ${run.output()}`);
      return run.output().trim();
    });
    await report.step('serve keeps its scheduled files in /data, and the HEALTHCHECK says 0', async () => {
      const run = cli('serve', '--listen', '127.0.0.1:0', '--sync-every', '30s', '--out', '/data', '--keep', '2');
      await waitFor(run, 'health and metrics on');
      while (!readdirSync(box.data).includes('latest.json')) {
        expect(run.child.exitCode === null, run.output());
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const check = box.run(healthcheck, project);
      const code = await check.ended;
      run.kill('SIGTERM');
      expect((await run.ended) === 0, run.output());
      expect(code === 0, `exit ${code}: ${check.output()}`);
      return readdirSync(box.data)
        .filter((name) => name.startsWith('latest'))
        .join();
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await report.step(`serve as process 1 ends with 0 on ${signal}`, async () => {
        const run = cli('serve', '--listen', '127.0.0.1:0');
        await waitFor(run, 'listening on');
        const startedAt = performance.now();
        run.kill(signal);
        const code = await run.ended;
        expect(code === 0, `exit ${code}: ${run.output()}`);
        return `after ${Math.round(performance.now() - startedAt)} ms`;
      });
    }
    await report.step('a sync as process 1 ends with 143 on SIGTERM and leaves nothing', async () => {
      const before = readdirSync(box.data).join();
      emulator.faults.add({ times: Infinity, fault: { kind: 'hang', at: 'before-headers' } });
      const run = cli('sync', '--out', '/data/other.json', '--log-level', 'debug');
      await waitFor(run, '\n');
      run.kill('SIGTERM');
      const code = await run.ended;
      emulator.faults.clear();
      expect(code === 143, `exit ${code}: ${run.output()}`);
      expect(readdirSync(box.data).join() === before, `/data holds ${readdirSync(box.data).join(', ')}`);
      return 'exit 143';
    });
  } finally {
    await emulator.close();
  }
}

runGoCheck(report, 'check', ['.', 'dockerfile']);
const possible = canMakeBoxes();
if (possible !== true) {
  report.skip("the built tree under the image's user and restrictions", possible);
} else {
  const box = makeBox(facts);
  try {
    await report.step('nothing in the image is made for one processor', async () => {
      const native = readdirSync(join(box.image, 'app'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        /\.(node|so|dylib|dll|exe)$/.test(name),
      );
      expect(native.length === 0, native.join(', '));
      return 'JavaScript alone';
    });
    await inTheBox(box);
  } finally {
    box.remove();
  }
}
report.end();
