import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './dockerfile.ts';
import type { Report } from './report.ts';

/** systemd's own scale from 0 to 10, where it calls up to 2 OK. */
const mostExposure = 1.5;
const source = join(root, 'deploy', 'systemd');

/** Checks the units with systemd's own tools; no systemd has to run. */
export async function checkUnits(report: Report): Promise<void> {
  if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
    report.skip('systemd units', 'no systemd-analyze');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'baton-descope-units-'));
  try {
    // The program is not installed on this machine; everything else of the units is as it is.
    const units = readdirSync(source).map((name) => {
      writeFileSync(
        join(folder, name),
        readFileSync(join(source, name), 'utf8').replace(
          'ExecStart=/usr/bin/baton-descope ',
          `ExecStart=${process.execPath} `,
        ),
      );
      return join(folder, name);
    });
    await report.step('systemd units', async () => {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
      // An unknown key is only a warning there, with exit code 0.
      if (status !== 0 || stderr !== '') throw new Error(stderr);
      return readdirSync(source).join(', ');
    });
    for (const unit of units.filter((path) => path.endsWith('.service'))) {
      await report.step(`exposure of ${unit.slice(folder.length + 1)}`, async () => {
        const { stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
          encoding: 'utf8',
        });
        const exposure = /exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
        if (exposure === undefined || Number(exposure) > mostExposure)
          throw new Error(`${exposure ?? stderr} of 10; at most ${mostExposure} are allowed`);
        return `${exposure} of 10`;
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
