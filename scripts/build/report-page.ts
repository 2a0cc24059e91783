import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { licencesOf } from './licences.ts';

/**
 * Builds the report's page: bundles src/report-page, puts style and script into page.html, and writes the policy that
 * lets the browser run exactly these two and connect to nothing. The data comes later, when a report is made.
 */
export async function buildReportPage(source: string, target: string): Promise<void> {
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
  const parts: Readonly<Record<string, string>> = { policy: policyOf(script, style), style, script, licences };
  const page = readFileSync(join(source, 'page.html'), 'utf8').replaceAll(
    /<!--(policy|style|script|licences)-->/g,
    (_, name: string) => parts[name] ?? '',
  );
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'page.html'), page);
}

function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'", // no text ever becomes markup: the browser itself refuses innerHTML
    "trusted-types 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
