// Builds the report's page: bundles src/report-page, puts style and script into page.html, and writes the policy that lets
// the browser run exactly these two and connect to nothing. The data comes later, when a report is made.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const source = join(import.meta.dirname, '..', 'src', 'report-page');
const target = join(import.meta.dirname, '..', 'dist', 'report-page');

const bundle = await build({
  input: join(source, 'main.ts'),
  platform: 'browser',
  write: false,
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  output: { format: 'iife', minify: true, codeSplitting: false },
});
const script = bundle.output[0].code.trim();
const style = readFileSync(join(source, 'page.css'), 'utf8').trim();
if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
  throw new Error('the bundle would end its own element');
}

const licences = licencesOf(bundle.output[0].moduleIds);
if (licences.includes('</script')) {
  throw new Error('a licence would end its element');
}

const policy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'", // no text ever becomes markup: the browser itself refuses innerHTML
  "trusted-types 'none'",
].join('; ');

const parts: Readonly<Record<string, string>> = { policy, style, script, licences };
const page = readFileSync(join(source, 'page.html'), 'utf8').replaceAll(/<!--(policy|style|script|licences)-->/g, (_, name: string) => parts[name] ?? '');
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'page.html'), page);

/** The licence texts of all packages in the bundle, each said once: every report is a copy of them. */
function licencesOf(modules: readonly string[]): string {
  const roots = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []));
  const packagesOf = new Map<string, string[]>();
  for (const root of [...roots].toSorted()) {
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
    const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) {
      throw new Error(`${name} has no licence file`);
    }
    const text = readFileSync(join(root, file), 'utf8').trim();
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version}`]);
  }
  return Array.from(packagesOf, ([text, packages]) => `${packages.join(', ')}\n\n${text}`).join(`\n\n${'-'.repeat(72)}\n\n`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
