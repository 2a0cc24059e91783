import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './dockerfile.ts';
import type { Report } from './report.ts';

const rules = join(root, 'deploy', 'prometheus', 'fleet-alerts.yaml');
const tests = join(root, 'deploy', 'prometheus', 'fleet-alerts.test.yaml');
const dashboard = join(root, 'deploy', 'grafana', 'fleet.json');

/** Checks the alerts, their tests, and each query of the dashboard with promtool, where that is there. */
export function checkPrometheus(report: Report): void {
  if (spawnSync('promtool', ['--version']).error !== undefined) {
    report.skip('promtool', 'no promtool (Debian has it in the package prometheus)');
    return;
  }
  promtool(report, ['check', 'rules', rules], 'the alerts of a fleet');
  promtool(report, ['test', 'rules', tests], 'each alert of a fleet fires when it should, and not before');
  const folder = mkdtempSync(join(tmpdir(), 'baton-descope-promtool-'));
  try {
    const queries = join(folder, 'dashboard.json'); // JSON is YAML
    writeFileSync(queries, JSON.stringify({ groups: [{ name: 'dashboard', rules: asRules() }] }));
    promtool(report, ['check', 'rules', queries], 'each query of the dashboard');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A rule that records what a panel asks, with its variables filled in. */
function asRules(): readonly object[] {
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as {
    readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels.flatMap(({ id, targets }) =>
    targets.map(({ expr }, place) => ({
      record: `dashboard:panel_${id}:query_${place}`,
      expr: expr.replaceAll('$project', '.*').replaceAll('$group', '.*'),
    })),
  );
}

function promtool(report: Report, args: readonly string[], good: string): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (status === 0) report.pass('promtool', good);
  else report.fail(`promtool ${args.slice(0, 2).join(' ')}`, stdout + stderr);
}
