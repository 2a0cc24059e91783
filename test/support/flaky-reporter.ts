import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/** Writes to the file FLAKY_LOG, a line each, which tests passed only when they were run again: those are to be mended. */
export default class FlakyReporter implements Reporter {
  readonly #flaky: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) {
      const errors = test.result().errors ?? [];
      this.#flaky.push(`passed when run again: ${test.module.relativeModuleId}: ${test.fullName}: ${first(errors[0])}`);
    }
  }

  onTestRunEnd(): void {
    const file = process.env['FLAKY_LOG'];
    if (file !== undefined) {
      appendFileSync(file, this.#flaky.map((line) => `${line}\n`).join(''));
    }
  }
}

function first(error: { readonly message: string } | undefined): string {
  return error?.message.split('\n')[0] ?? 'nothing said';
}
