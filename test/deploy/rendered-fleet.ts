import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './dockerfile.ts';

/** What `fleet render kubernetes` prints for the fleet beside this file, in a file that goes away again. */
export function renderedFleet(): Disposable & { readonly path: string } {
  const words = [
    '--file',
    join('test', 'deploy', 'fleet', 'fleet.yaml'),
    '--image',
    'registry.example/baton-descope:0.1.0',
  ];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join('src', 'cli', 'main.ts'), 'fleet', 'render', 'kubernetes', ...words],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`fleet render kubernetes ended with ${status}: ${stderr}`);
  const folder = mkdtempSync(join(tmpdir(), 'baton-descope-fleet-'));
  const path = join(folder, 'rendered-fleet.yaml');
  writeFileSync(path, stdout);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
