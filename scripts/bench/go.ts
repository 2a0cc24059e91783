import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = join(import.meta.dirname, '..', '..', 'test', 'interop');
let writer: string | undefined;

/** Whether there is a Go that may build what measures the Go SDK. */
export const hasGo = spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** The program that writes a file with the Go SDK's own engine; built where the next run finds it. */
export function sdkWriter(): string {
  if (writer === undefined) {
    const folder = join(tmpdir(), 'baton-descope-interop');
    mkdirSync(folder, { recursive: true });
    const binary = join(folder, 'writer');
    const { status, stderr } = spawnSync('go', ['build', '-o', binary, './writer'], { cwd: source, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`go build failed: ${stderr}`);
    }
    writer = binary;
  }
  return writer;
}
