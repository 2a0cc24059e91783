import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, quickEnv, quickStart, runCli } from '../support/cli.ts';
import { decideAll } from '../support/reviews.ts';
import { blocksIn, pages, root } from './pages.ts';

/** Blocks that are not run here, by what is in them, and why. */
const skipped: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^(docker|kubectl) /m,
    'needs a container engine or a cluster; npm run deploy:check and container:check look at the same files',
  ],
  [/^go (mod|get|build) /m, 'needs Go and a network; npm run test:interop builds the same client'],
  [/^cosign verify /m, 'needs a release, and none has been made'],
  [/^npm run test:interop$/m, 'needs Go; CI runs it'],
  [/^npm pack/m, 'is run by test/e2e/package.test.ts'],
  [/^systemctl /m, 'needs systemd, and root'],
  [/ doctor --service$/m, 'needs a platform; test/e2e/doctor-service.test.ts runs it'],
  [/ fleet run/, 'goes on until it is stopped; test/e2e/fleet-run.test.ts stops it'],
  [/ events tail .*--follow/, 'goes on until it is stopped; test/e2e/events.test.ts stops it'],
  [/^npm ci /m, 'installs the clone that these tests run in; CI begins with it'],
  [/^npx vitest /m, 'starts the test runner; the unbuilt command line is started below'],
  [/127\.0\.0\.1:8081\/v1\//, 'asks a serve that goes on; test/e2e/history-api.test.ts has one'],
  [/pgrep -f/, 'would signal every serve of this machine; test/e2e/sync-now.test.ts sends the signal'],
];
/** Exit codes other than 0 that a page tells. */
const documentedCodes: Readonly<Record<string, number>> = {
  'baton-descope diff monday.json friday.json': 1, // something changed
  "diff <(jq -r '.grants[].id' old.json | sort) <(jq -r '.grants[].id' sync.json | sort)": 1,
};
/** Tools that a block may use besides the shell's own, and that a machine may lack. */
const tools = ['jq', 'zstd', 'sqlite3', 'sha256sum'].filter((tool) => !isThere(tool));

const all = pages().flatMap(({ path, text }) =>
  blocksIn(text).map(({ language, code, line }) => ({
    language,
    code,
    path,
    name: `${path}:${line} ${code.split('\n')[0] ?? ''}`,
  })),
);
const reasonFor = (code: string): string | undefined =>
  skipped.find(([pattern]) => pattern.test(code))?.[1] ?? tools.find((tool) => new RegExp(`\\b${tool}\\b`).test(code));
const runnable = all.filter(({ language, code }) => language !== 'console' && reasonFor(code) === undefined);

let emulator: Emulator;
let folder: string;

beforeAll(async () => {
  emulator = await startEmulator();
  folder = mkdtempSync(join(tmpdir(), 'baton-descope-pages-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  const sync = async (name: string): Promise<void> =>
    expect(await runCli(['sync', '--out', join(files, name), '--include', 'all'], { env })).toMatchObject({ code: 0 });
  await sync('monday.json');
  const { state } = emulator;
  state.grantRole('U2AdaLovelace000000000000000', 'Billing Manager', 'acme');
  await sync('friday.json');
  state.revokeRole('U2AdaLovelace000000000000000', 'Billing Manager', 'acme');
  await sync('sync.json');
  await Promise.all([sync('sync.c1z'), sync('sync.ndjson')]);
  const review = join(files, 'review.html');
  const who = ['--scope', 'tenant:acme', '--reviewer', 'rita@acme.example'];
  expect(await runCli(['review', 'new', join(files, 'sync.json'), ...who, '--out', review])).toMatchObject({ code: 0 });
  await decideAll(review, join(files, 'decisions.json'), ({ entitlement, principal: { type } }) =>
    type === 'user' && entitlement.startsWith('role_binding')
      ? { decision: 'revoke', reason: 'left' }
      : { decision: 'keep' },
  );
  for (const name of ['last-week.json', 'last-quarter.json', 'sync-last-month.json', 'demo-sync.json']) {
    linkSync(join(files, 'sync.json'), join(files, name));
  }
  const dated = ['2025-12-29', '2026-03-27'].map((day, place) => {
    const path = join(files, `${day}.json`);
    const text = readFileSync(join(files, place === 0 ? 'monday.json' : 'friday.json'), 'utf8');
    writeFileSync(path, text.replaceAll(/("(?:started|finished)At": )"[^"T]*T[^"]*"/g, `$1"${day}T06:00:00.000Z"`));
    return path;
  });
  expect(await runCli(['history', 'import', '--into', join(files, 'access.db'), ...dated])).toMatchObject({ code: 0 });
  dated.forEach((path) => rmSync(path));
  linkSync(join(files, 'friday.json'), join(files, 'old.json'));
  writeFileSync(join(files, 'key.txt'), `${emulator.managementKey}\n`, { mode: 0o600 });
  writeFileSync(
    join(files, 'fleet.yaml'),
    JSON.stringify({
      version: 1,
      defaults: { key: { file: 'key.txt' }, 'base-url': emulator.baseUrl, schedule: { every: '1h' } },
      projects: [{ id: emulator.projectId, name: 'acme-prod', labels: { env: 'prod' } }],
    }),
    { mode: 0o600 },
  );
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the command blocks of README and docs', () => {
  it('are found', () => {
    expect(runnable.length).toBeGreaterThan(30);
    expect(skipped.filter(([pattern]) => !all.some(({ code }) => pattern.test(code))).map(([, why]) => why)).toEqual(
      [],
    );
  });

  it.concurrent.each(runnable)('run: $name', async ({ code }) => {
    const run = await runBlock(code, emulator);

    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: documentedCodes[code.trim()] ?? 0 });
    expect(run.stderr).not.toMatch(/command not found|No such file/);
  });

  it('start the unbuilt command line as CONTRIBUTING says', () => {
    expect(execFileSync(process.execPath, ['src/cli/main.ts', '--version'], { cwd: root, encoding: 'utf8' })).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
  });
});

describe('what docs/provisioning.md shows of a terminal', () => {
  it('is what is printed', async () => {
    const own = await startEmulator();
    const shown = all.find(({ path, language }) => path === 'docs/provisioning.md' && language === 'console');
    const steps = (shown?.code ?? '').split(/^\$ /m).filter((step) => step.trim() !== '');
    const cwd = sandbox();

    expect(steps.length).toBeGreaterThan(5);
    for (const step of steps) {
      const [command = '', ...output] = step.trimEnd().split('\n');
      const { stdout, stderr } = await runBlock(command, own, cwd); // one after the other: each changes what the next one finds
      expect(withoutIds(stderr + stdout), command).toBe(withoutIds(output.join('\n')));
    }
    await own.close();
  });
});

const withoutIds = (text: string): string => text.replaceAll(/"requestId":"[0-9a-f-]+"/g, '"requestId":"..."').trim();

/** A folder that has what the pages speak of, and a clone's `bin`. */
function sandbox(): string {
  const cwd = mkdtempSync(join(folder, 'block-'));
  readdirSync(join(folder, 'files')).forEach((name) => {
    const put = name.endsWith('.db') ? copyFileSync : linkSync; // a store is written where it is
    put(join(folder, 'files', name), join(cwd, name));
  });
  symlinkSync(join(root, 'bin'), join(cwd, 'bin'));
  mkdirSync(join(cwd, 'syncs', 'acme-prod'), { recursive: true }); // what the project of fleet.yaml was synced to
  linkSync(join(folder, 'files', 'sync.json'), join(cwd, 'syncs', 'acme-prod', 'latest.json'));
  linkSync(join(folder, 'files', 'sync.json'), join(cwd, 'syncs', 'acme-prod', 'sync-20260101T000000.000Z.json'));
  for (const name of ['home', 'var', 'tmp']) {
    mkdirSync(join(cwd, name), { mode: 0o700 });
  }
  return cwd;
}

/**
 * Runs a block in bash, with the example's project, key, ports and folders replaced by ours. What serves is asked to
 * end after a while.
 */
async function runBlock(block: string, project: Emulator, cwd = sandbox()): Promise<CliRun> {
  const { projectId, managementKey } = project;
  const code = block
    .replaceAll('P2...', projectId)
    .replaceAll('K2...', managementKey)
    .replaceAll('/etc/baton-descope/key', 'key.txt')
    .replaceAll(/\/var\/lib\/baton(?:-descope)?(?=[/\s]|$)/g, join(cwd, 'var'))
    .replaceAll(/(?<=127\.0\.0\.1:|--port )\d+/g, '0');
  const program = `"${process.execPath}" ${quickStart.join(' ')} "${join(root, 'bin', 'baton-descope.js')}"`;
  const script = `
    called() { case "$1 $2" in "serve "*|"emulator --"*) timeout --preserve-status --signal=TERM 2 ${program} "$@" ;; *) ${program} "$@" ;; esac; }
    baton-descope() { called "$@"; }
    node() { shift; called "$@"; }
    set -e
    ${code}`;
  const isAboutSetup = / init\b/.test(code);
  const { DESCOPE_MANAGEMENT_KEY: key = '', ...others } = envOf(project);
  const env = {
    ...quickEnv,
    ...others,
    ...(!code.includes('_KEY_FILE=') && { DESCOPE_MANAGEMENT_KEY: key }),
    HOME: join(cwd, 'home'),
    TMPDIR: join(cwd, 'tmp'),
    BATON_HEALTH_CHECK_PORT: '0',
  };
  const stdin = isAboutSetup ? managementKey : '';
  return await new Promise((resolve) => {
    const child = spawn('bash', ['-c', script], { cwd, env });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined).end(stdin);
    child.on('close', (ended) => resolve({ code: ended, stdout, stderr }));
  });
}

function isThere(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
