import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { WalkProgress } from '../sync/walk.ts';

const redrawMs = 100;
const plainLineMs = 5_000;

/** One step of a command, shown on stderr: a spinner with a changing line on a terminal, plain lines off it. */
export interface Step {
  readonly title: string;
  /** Does the work; `tell` shows how far it is, the returned text replaces the title. */
  readonly run: (tell: (text: string) => void) => Promise<string>;
}

/**
 * Runs steps one after the other. Results belong on stdout, so nothing of this goes there. What a step throws is thrown
 * on as it is; only its title is marked, since whoever catches the error says it once.
 */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  let failure: { readonly thrown: unknown } | undefined;
  const output = { processOutput: new ProcessOutput(process.stderr, process.stderr) };
  const options = { logger: new ListrLogger(output) };
  const tasks = steps.map(({ title, run }) => ({
    title,
    task: async (_context: unknown, task: { output: string; title: string }) => {
      try {
        task.title = await run((text) => {
          task.output = text;
        });
      } catch (thrown) {
        failure = { thrown };
        throw new Error('see below', { cause: thrown });
      }
    },
  }));
  const isTerminal = process.stderr.isTTY;
  await new Listr(tasks, {
    renderer: isTerminal ? 'default' : 'simple',
    rendererOptions: isTerminal ? { ...options, showErrorMessage: false, collapseErrors: false } : options,
    registerSignalListeners: false,
  })
    .run()
    .catch((thrown: unknown) => {
      throw failure === undefined ? thrown : failure.thrown;
    });
}

/** Turns the walk's row-by-row progress into text now and then: what is being read, how many rows, how fast. */
export function describeProgress(tell: (text: string) => void, now: () => number = () => performance.now()): (progress: WalkProgress) => void {
  const startedAt = now();
  const intervalMs = process.stderr.isTTY ? redrawMs : plainLineMs;
  let toldAt = startedAt;
  let step = '';
  let stepStartedAt = startedAt;

  return (progress) => {
    const nowMs = now();
    const current = describe(progress);
    if (current !== step) {
      step = current;
      stepStartedAt = nowMs;
    }
    if (nowMs - toldAt >= intervalMs) {
      toldAt = nowMs;
      const rate = Math.round(progress.rows / Math.max(0.001, (nowMs - stepStartedAt) / 1000));
      tell(`${current}: ${progress.rows.toLocaleString('en')} (${rate.toLocaleString('en')}/s), ${((nowMs - startedAt) / 1000).toFixed(0)} s so far`);
    }
  };
}

const typeWords: Readonly<Record<string, string>> = { user: 'users', tenant: 'tenants', role: 'roles', permission: 'permissions', role_binding: 'roles in tenants' };

function describe({ step, typeId }: WalkProgress): string {
  const words = typeWords[typeId] ?? typeId;
  return step === 'resources' ? words : `${step} of ${words}`;
}
