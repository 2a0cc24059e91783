import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { temporaryFolder } from '../support/cli.ts';
import { root } from './dockerfile.ts';
import { actionPins } from './pins.ts';

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const text = readFileSync(join(root, 'action.yml'), 'utf8');
const action = parse(text) as Action;
const example = readFileSync(join(root, 'deploy', 'github', 'access-check.yml'), 'utf8');

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  emulator = await startEmulator({ users: 40 });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

interface Ran {
  readonly steps: readonly string[];
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly log: string;
  readonly uploaded: Readonly<Record<string, string>> | undefined;
}

/** Runs the steps one after the other as GitHub does, without those of others, and without a build: this clone is built. */
async function runAction(name: string, given: Readonly<Record<string, string>>, program = root): Promise<Ran> {
  const inputs = {
    ...Object.fromEntries(Object.entries(action.inputs).map(([key, one]) => [key, one.default])),
    ...given,
  };
  const [outputFile, summaryFile] = ['output', 'summary'].map((kind) => join(folder.path, `${name}.${kind}`));
  await Promise.all([outputFile, summaryFile].map((path) => writeFile(path ?? '', '')));
  const outputs: Record<string, string> = {};
  const contexts: Readonly<Record<string, (rest: string) => string | undefined>> = {
    inputs: (name) => inputs[name],
    steps: (path) => outputs[path.replace('check.outputs.', '')] ?? '',
    github: (name) => (name === 'action_path' ? program : undefined),
    runner: (name) => (name === 'temp' ? folder.path : undefined),
  };
  const valueOf = (path: string): string => {
    const at = path.indexOf('.');
    const value = contexts[path.slice(0, at)]?.(path.slice(at + 1));
    if (value === undefined) {
      throw new Error(`the action names ${path}, which nobody gives it`);
    }
    return value;
  };
  const filled = (template: string): string =>
    template.replaceAll(/\$\{\{ *([^}]+?) *\}\}/g, (_all, path: string) => valueOf(path));
  const holds = (condition: string): boolean => {
    const [, path = '', word, wanted] = /^(\S+) (==|!=) '(.*)'$/.exec(condition) ?? [];
    return (valueOf(path) === wanted) === (word === '==');
  };
  const ran: string[] = [];
  let log = '';
  let uploaded: Ran['uploaded'];
  for (const step of action.runs.steps.filter((one) => one.name !== 'Build the program')) {
    if (step.if !== undefined && !holds(step.if)) {
      continue;
    }
    if (step.run === undefined) {
      if (step.uses?.includes('upload-sarif') === true) {
        uploaded = Object.fromEntries(
          Object.entries(step.with ?? {}).map(([key, value]) => [key, filled(String(value))]),
        );
      }
      continue;
    }
    ran.push(step.name ?? '');
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, filled(value)]));
    const { code, said } = await bash(step.run, {
      ...env,
      PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
      GITHUB_OUTPUT: outputFile ?? '',
      GITHUB_STEP_SUMMARY: summaryFile ?? '',
    });
    log += said;
    if (step.id === 'check') {
      const lines = (await readFile(outputFile ?? '', 'utf8')).split('\n').filter((line) => line !== '');
      Object.assign(
        outputs,
        Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
      );
    }
    if (code !== 0) {
      return { steps: ran, code, outputs, summary: await readFile(summaryFile ?? '', 'utf8'), log, uploaded };
    }
  }
  return { steps: ran, code: 0, outputs, summary: await readFile(summaryFile ?? '', 'utf8'), log, uploaded };
}

/** A script as `shell: bash` of GitHub runs it. */
function bash(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd: folder.path, env });
    let said = '';
    [child.stdout, child.stderr].forEach((stream) =>
      stream.setEncoding('utf8').on('data', (piece: string) => (said += piece)),
    );
    child.on('close', (code) => resolve({ code: code ?? -1, said }));
  });
}

const project = (): Readonly<Record<string, string>> => ({
  'project-id': emulator.projectId,
  'management-key': emulator.managementKey,
  'base-url': emulator.baseUrl,
});

describe('the action', () => {
  it('reads the project, tells what it found, and fails by severity', async () => {
    const found = await runAction('found', { ...project(), sarif: 'found.sarif' });
    const { runs } = JSON.parse(await readFile(join(folder.path, 'found.sarif'), 'utf8')) as {
      readonly runs: readonly { readonly results: readonly object[] }[];
    };

    expect(found.steps).toEqual(['Read the project', 'Look it over', 'Fail by severity']);
    expect(found).toMatchObject({ code: 1, summary: '', outputs: { sarif: 'found.sarif', failed: 'true' } });
    expect(Number(found.outputs['findings'])).toBe(runs[0]?.results.length);
    expect(Number(found.outputs['findings'])).toBeGreaterThan(3);
    expect(found.uploaded).toEqual({ sarif_file: 'found.sarif', category: 'descope-access' });
    expect(found.log).toContain('::error title=Access in Descope::A finding is as bad as high, or worse');
    expect(found.log).not.toContain(emulator.managementKey);
  });

  it('takes a file that is there, with a policy, and passes where nothing is as bad', async () => {
    await writeFile(join(folder.path, 'policy.yaml'), 'version: 1\nrules:\n  never-verified: off\n');
    await runAction('first', { ...project(), 'fail-on': 'none' });
    const file = join(folder.path, 'descope-access.json');
    const passed = await runAction('passed', {
      file,
      policy: 'policy.yaml',
      'fail-on': 'none',
      upload: 'false',
      summary: 'true',
    });

    expect(passed.steps).toEqual(['Look it over']);
    expect(passed).toMatchObject({ code: 0, uploaded: undefined, outputs: { failed: 'false' } });
    expect(passed.summary).toMatch(/^#/);
    expect(passed.summary).not.toContain('never-verified');
  });

  it('fails where nothing was looked over, and takes no file of an earlier run for its own', async () => {
    await runAction('before', { ...project(), sarif: 'stale.sarif', 'fail-on': 'none' });
    const before = await readFile(join(folder.path, 'stale.sarif'), 'utf8');
    await mkdir(join(folder.path, 'bin'));
    await writeFile(join(folder.path, 'bin', 'baton-descope.js'), 'process.exitCode = 1;');
    const file = join(folder.path, 'descope-access.json');
    const [stale, fresh] = await Promise.all(
      ['stale.sarif', 'fresh.sarif'].map((sarif) => runAction(sarif, { file, sarif, 'fail-on': 'none' }, folder.path)),
    );

    for (const refused of [stale, fresh]) {
      expect(refused).toMatchObject({ code: 1, outputs: {}, uploaded: undefined, steps: ['Look it over'] });
    }
    expect(await readFile(join(folder.path, 'stale.sarif'), 'utf8')).toBe(before);
  });

  it.each([
    ['a key that Descope refuses', { 'management-key': `K2${'x'.repeat(40)}` }, 3],
    ['a policy that is not there', { policy: 'gone.yaml' }, 6],
    ['a severity that is none', { 'fail-on': 'awful' }, 2],
    ['words for a shell in an input', { include: 'all; touch owned' }, 2],
  ])('ends with the exit code of the program for %s, and tells no outputs', async (name, change, code) => {
    const ended = await runAction(name.replaceAll(' ', '-'), { ...project(), ...change });

    expect(ended).toMatchObject({ code, outputs: {}, uploaded: undefined });
    expect(ended.log).toContain('baton-descope: ');
    await expect(readFile(join(folder.path, 'owned'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the files of the action', () => {
  it('name every action by a whole commit', () => {
    const pins = [...actionPins(text), ...actionPins(example)];

    expect(pins.length).toBeGreaterThan(3);
    expect(pins.filter(({ isPinned }) => !isPinned)).toEqual([]);
  });

  it('put no input into a script: each comes as environment', () => {
    const scripts = action.runs.steps.flatMap(({ run }) => run ?? []);

    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
    expect(action.runs.steps.filter(({ run, shell }) => run !== undefined && shell !== 'bash')).toEqual([]);
  });

  it('have each input described on the page, and the example gives none that is not there', async () => {
    const page = await readFile(join(root, 'docs', 'pipeline.md'), 'utf8');
    const { jobs } = parse(example) as { readonly jobs: { readonly check: { readonly steps: readonly Step[] } } };
    const given = Object.keys(
      jobs.check.steps.find(({ uses }) => uses?.includes('baton-descope') === true)?.with ?? {},
    );

    expect(Object.keys(action.inputs).filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
    expect(Object.keys(action.outputs).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(given.filter((name) => action.inputs[name] === undefined)).toEqual([]);
    expect(given).toContain('management-key');
  });
});
