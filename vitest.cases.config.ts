import { defineConfig } from 'vitest/config';

/**
 * Every command tried with every kind of input or surrounding: hundreds of starts of the built program, about six minutes on two
 * cores. `npm test` leaves them out, so that it stays short, and has a share of each kind in its other files; `.ci/run` runs both.
 */
export const caseFiles = [
  'test/browser/report.test.ts',
  'test/browser/ways.test.ts',
  'test/config/file-trust.test.ts',
  'test/config/key-form.test.ts',
  'test/config/yaml-faults.test.ts',
  'test/docs/commands.test.ts',
  'test/e2e/answers.test.ts',
  'test/e2e/bugs.test.ts',
  'test/e2e/change.test.ts',
  'test/e2e/completion.test.ts',
  'test/e2e/crash.test.ts',
  'test/e2e/demo-open.test.ts',
  'test/e2e/ecosystem.test.ts',
  'test/e2e/guard.test.ts',
  'test/e2e/hostile-terminal.test.ts',
  'test/e2e/init.test.ts',
  'test/e2e/json-lines.test.ts',
  'test/e2e/metrics-textfile.test.ts',
  'test/e2e/newest.test.ts',
  'test/e2e/number-flags.test.ts',
  'test/e2e/package.test.ts',
  'test/e2e/replaced.test.ts',
  'test/e2e/serve-signals.test.ts',
  'test/e2e/setting-sources.test.ts',
  'test/e2e/signals.test.ts',
  'test/e2e/stdout.test.ts',
  'test/e2e/streams.test.ts',
  'test/e2e/terminal.test.ts',
  'test/e2e/unknown-types.test.ts',
  'test/e2e/work-places.test.ts',
  'test/faults/answers.test.ts',
  'test/faults/callers.test.ts',
  'test/faults/command-line.test.ts',
  'test/faults/exhaustive.test.ts',
  'test/faults/hostile.test.ts',
  'test/faults/lists.test.ts',
  'test/faults/proxies.test.ts',
  'test/faults/records.test.ts',
  'test/faults/slow.test.ts',
  'test/faults/sweep.test.ts',
  'test/faults/tenant-reads.test.ts',
  'test/faults/tls.test.ts',
  'test/listen-address.test.ts',
  'test/new/refusals.test.ts',
  'test/new/skeletons.test.ts',
  'test/output/foreign-readers.test.ts',
  'test/report-page/access.test.ts',
  'test/resources/truth-keys.test.ts',
];

export default defineConfig({
  test: {
    include: caseFiles,
    testTimeout: 120_000,
    maxWorkers: '100%',
  },
});
