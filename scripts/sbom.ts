// The software bill of materials (CycloneDX) of what is shipped: npm makes it from the lock file; here it gets our name
// instead of the folder's, and nothing that differs from one run to the next. It is checked against CycloneDX's schema,
// and every licence against the list below. Usage: npm run sbom [-- FILE]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** Licences under which our dependencies may come: permissive, and no duty beyond keeping the notice. */
const allowedLicences = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
  '(Apache-2.0 AND BSD-3-Clause)',
  '(MIT OR CC0-1.0)',
]);

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}

interface Bom {
  serialNumber: string;
  readonly metadata: { timestamp: string; readonly component: Component & { name: string } };
  readonly components: readonly Component[];
}

const root = join(import.meta.dirname, '..');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string };

const made = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (made.status !== 0) throw new Error(`npm sbom failed: ${made.stderr}`);
const bom = JSON.parse(made.stdout) as Bom; // what it really is, the validator below says
bom.metadata.component.name = name;
bom.metadata.timestamp = new Date(Number(process.env['SOURCE_DATE_EPOCH'] ?? commitTime()) * 1000).toISOString();
bom.serialNumber = `urn:uuid:${uuidOf(JSON.stringify({ ...bom, serialNumber: '' }))}`;
const text = `${JSON.stringify(bom, undefined, 2)}\n`;

const problems: string[] = [];
const invalid = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
if (invalid !== null) problems.push(`not CycloneDX 1.5: ${JSON.stringify(invalid)}`);
if (bom.components.length === 0) problems.push('it lists no component');
for (const component of bom.components) {
  const licences = (component.licenses ?? []).map(
    ({ license, expression }) => license?.id ?? license?.name ?? expression ?? 'none',
  );
  if (licences.length === 0 || !licences.every((licence) => allowedLicences.has(licence))) {
    problems.push(
      `${component.name}@${component.version} comes under ` +
        `${licences.join(', ') || 'no licence that it names'}, which is not on the list of scripts/sbom.ts`,
    );
  }
}
const file = process.argv[2] ?? 'sbom.cdx.json';
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else {
  writeFileSync(file, text);
  console.log(`ok: ${file}: ${bom.components.length} components, valid CycloneDX 1.5, all licences on the list`);
}

function commitTime(): string {
  return spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).stdout.trim() || '0';
}

/** A UUID (version 5 in form) that follows from the content. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
