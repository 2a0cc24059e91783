// Checks what baton-descope is deployed with, each file with the code of the tool that reads it: Docker Compose,
// Kubernetes, systemd, GitHub's workflows, Prometheus; and that no key was ever committed. What this machine has no tool for is
// said, and counted as skipped.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../test/deploy/dockerfile.ts';
import { runActionlint, runGitleaks, runGoCheck } from '../test/deploy/go-check.ts';
import { checkPrometheus } from '../test/deploy/prometheus.ts';
import { renderedFleet } from '../test/deploy/rendered-fleet.ts';
import { Report } from '../test/deploy/report.ts';
import { checkUnits } from '../test/deploy/systemd.ts';

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const report = new Report();
runGoCheck(report, 'check', ['.', 'compose']);
using fleet = renderedFleet();
runGoCheck(report, 'kubernetes', [...filesIn('deploy/kubernetes', '.yaml'), fleet.path, 'deploy/helm/baton-descope']);
runActionlint(report, [...filesIn('.github/workflows', '.yml'), ...filesIn('deploy/github', '.yml')]);
runGitleaks(report);
checkPrometheus(report);
await checkUnits(report);
report.end();
