import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './dockerfile.ts';
import type { Report } from './report.ts';

const neededGo = [1, 26] as const;

/**
 * Builds one of our Go programs (folders beside this file) where the next run finds it, runs it at the root, prints its
 * lines and adds its count. Where Go or the modules cannot be had, that is said and counted as skipped.
 */
export function runGoCheck(report: Report, program: 'check' | 'kubernetes', args: readonly string[]): void {
  const why = whyNoGo() ?? whyNoModules(program);
  if (why !== undefined) {
    report.skip(`go program "${program}"`, why);
    return;
  }
  const folder = join(tmpdir(), 'baton-descope-deploy');
  mkdirSync(folder, { recursive: true });
  const binary = join(folder, program);
  const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: sourceOf(program), encoding: 'utf8' });
  if (built.status !== 0) {
    report.fail(`go build of ${program}`, built.stderr);
    return;
  }
  const { stdout, stderr } = spawnSync(binary, args, { cwd: root, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  const [, passed, failed] = (/^(\d+) passed, (\d+) failed/.exec(lines.pop() ?? '') ?? []).map(Number);
  if (passed === undefined || failed === undefined) {
    report.fail(`go program "${program}"`, `it ended without a count: ${stdout}${stderr}`);
    return;
  }
  console.log(lines.join('\n'));
  report.add(passed, failed);
}

/** Checks the workflows with actionlint. */
export function runActionlint(report: Report, workflows: readonly string[]): void {
  runGoTool(report, 'actionlint', ['-no-color', ...workflows.map((path) => join(root, path))], workflows.join(', '));
}

/** Looks for keys in every commit that this clone has. */
export function runGitleaks(report: Report): void {
  runGoTool(
    report,
    'gitleaks',
    ['git', '--no-banner', '--no-color', '--redact', '--log-level', 'warn', '--verbose', root],
    'no key in any commit',
  );
}

/** Runs a tool at the version that the go.mod of its folder beside this file pins. It complains by its exit code. */
function runGoTool(report: Report, tool: 'actionlint' | 'gitleaks', args: readonly string[], good: string): void {
  const why = whyNoGo() ?? whyNoModules(tool);
  if (why !== undefined) {
    report.skip(tool, why);
    return;
  }
  const { status, stdout, stderr } = spawnSync('go', ['tool', tool, ...args], {
    cwd: sourceOf(tool),
    encoding: 'utf8',
  });
  if (status === 0) report.pass(tool, good);
  else report.fail(tool, stdout + stderr);
}

function whyNoGo(): string | undefined {
  const [, major, minor] = (
    /go(\d+)\.(\d+)/.exec(spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '') ?? []
  ).map(Number);
  if (major === undefined || minor === undefined) return 'no Go';
  return major > neededGo[0] || (major === neededGo[0] && minor >= neededGo[1])
    ? undefined
    : `Go is older than ${neededGo.join('.')}`;
}

/** Fetches a program's modules, once; so a machine that cannot is told apart from a program that does not build. */
function whyNoModules(name: string): string | undefined {
  return spawnSync('go', ['mod', 'download'], { cwd: sourceOf(name), timeout: 300_000 }).status === 0
    ? undefined
    : 'the Go modules cannot be had here';
}

const sourceOf = (name: string): string => join(root, 'test', 'deploy', name);
