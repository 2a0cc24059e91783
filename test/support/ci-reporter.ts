import { appendFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** The errors of a test, as vitest hands the same objects to all reporters. */
interface Thrown {
  message: string;
  stack?: string;
  diff?: string;
  cause?: Thrown;
}

const longestLine = 2_000;
const mostLines = 300;

/**
 * For a log of which only a part is kept. Writes to the file CI_REPORT_LOG, a line each, which tests failed, and which
 * passed only when they were run again and are to be mended: with the seed and the path of a property, by which it can
 * be tried again. Shortens the examples and differences that other reporters print.
 */
export default class CiReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const errors: readonly Thrown[] = test.result().errors ?? [];
    const verdict =
      test.result().state === 'failed'
        ? 'failed'
        : test.diagnostic()?.flaky === true
          ? 'passed when run again'
          : undefined;
    if (verdict !== undefined) {
      const causes = errors.map(inShort).join(' | again: ');
      tell(`${verdict}: ${test.module.relativeModuleId}: ${test.fullName}: ${causes || 'nothing said'}`);
    }
    errors.forEach(shorten);
  }

  onTestModuleEnd(module: TestModule): void {
    const errors: readonly Thrown[] = module.errors();
    errors.forEach((error) => tell(`failed: ${module.relativeModuleId}: ${inShort(error)}`));
    errors.forEach(shorten);
  }
}

/** At once: a run that is killed later has told it. */
function tell(line: string): void {
  const file = process.env['CI_REPORT_LOG'];
  if (file !== undefined) {
    appendFileSync(file, `${line}\n`);
  }
}

/** An error in one line: of a property its seed and path, what was thrown in it, and how its counterexample begins. */
function inShort({ message, cause }: Thrown): string {
  const [first = '', seed = '', example = ''] = stripVTControlCharacters(message).split('\n');
  if (!seed.startsWith('{ seed:')) {
    return cut(first, 500);
  }
  const thrown =
    cause === undefined ? '' : `: ${cut(stripVTControlCharacters(cause.message).split('\n')[0] ?? '', 300)}`;
  return `${first} ${cut(seed, 300)}${thrown}; ${cut(example, 300)}`;
}

function shorten(error: Thrown): void {
  error.message = fewer(error.message);
  for (const field of ['stack', 'diff'] as const) {
    const text = error[field];
    if (text !== undefined) {
      error[field] = fewer(text);
    }
  }
  if (error.cause !== undefined) {
    shorten(error.cause);
  }
}

function fewer(text: string): string {
  const lines = text.split('\n');
  const left = lines.length - mostLines;
  return [
    ...lines.slice(0, mostLines).map((line) => cut(line, longestLine)),
    ...(left > 0 ? [`(${left} more lines)`] : []),
  ].join('\n');
}

function cut(line: string, longest: number): string {
  return line.length > longest ? `${line.slice(0, longest)}... (${line.length} characters)` : line;
}
