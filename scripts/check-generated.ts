// Fails when src/gen is not what the .proto files generate.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** Regenerates below `base`, where buf makes the same src/gen folder. */
function generate(base: string): void {
  const run = spawnSync(join(bin, 'buf'), ['generate', '--output', base], {
    cwd: root,
    // buf looks for its plugin on the path.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new Error(`buf generate failed: ${run.stderr.trim()}`);
}

/** The files below `folder`, by their path inside it. */
function filesIn(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join('/'), readFileSync(path));
  }
  return files;
}

function compare(expected: Map<string, Buffer>, actual: Map<string, Buffer>): string[] {
  const found: string[] = [];
  for (const [path, content] of expected) {
    const other = actual.get(path);
    if (other === undefined) found.push(`missing: src/gen/${path}`);
    else if (!content.equals(other)) found.push(`differs: src/gen/${path}`);
  }
  for (const path of actual.keys()) {
    if (!expected.has(path)) found.push(`extra:   src/gen/${path}`);
  }
  return found.sort();
}

const base = mkdtempSync(join(tmpdir(), 'check-generated-'));
try {
  generate(base);
  const expected = filesIn(join(base, 'src', 'gen'));
  // Comparing nothing with nothing must not count as equal.
  if (expected.size === 0) throw new Error('buf generate wrote no files');
  const found = compare(expected, filesIn(join(root, 'src', 'gen')));
  if (found.length > 0) {
    console.error(`${found.join('\n')}\nsrc/gen is not what proto/ generates; run: npm run generate`);
    process.exitCode = 1;
  } else {
    console.log(`ok: src/gen matches proto/ (${expected.size} files)`);
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
