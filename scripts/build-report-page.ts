// Builds the report's page: bundles src/report-page, puts style and script into page.html, and writes the policy that lets
// the browser run exactly these two and connect to nothing. The data comes later, when a report is made.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const policy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'", // no text ever becomes markup: the browser itself refuses innerHTML
  "trusted-types 'none'",
].join('; ');

const parts: Readonly<Record<string, string>> = { policy, style, script };
const page = readFileSync(join(source, 'page.html'), 'utf8').replaceAll(/<!--(policy|style|script)-->/g, (_, name: string) => parts[name] ?? '');
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'page.html'), page);

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
