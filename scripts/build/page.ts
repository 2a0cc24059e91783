import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { licencesOf } from './licences.ts';

/** What a page is made of. */
export interface PageParts {
  /** The folder with main.ts. */
  readonly source: string;
  /** Its style sheets, one behind the other. */
  readonly styles: readonly string[];
  readonly template: string;
  readonly title: string;
  /** What it is called while it opens. */
  readonly noun: string;
}

/**
 * Builds a page: bundles its code, puts style and script into the template, and writes the policy that lets the browser
 * run exactly these two and connect to nothing. The data comes later, when a page is made of it.
 */
export async function buildPage({ source, styles, template, title, noun }: PageParts, target: string): Promise<void> {
  const bundle = await build({
    input: join(source, 'main.ts'),
    platform: 'browser',
    write: false,
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { format: 'iife', minify: true, codeSplitting: false },
  });
  const script = bundle.output[0].code.trim();
  const style = styles.map((path) => readFileSync(path, 'utf8').trim()).join('\n');
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new Error('the bundle would end its own element');
  }
  const licences = licencesOf(bundle.output[0].moduleIds);
  if (licences.includes('</script')) {
    throw new Error('a licence would end its element');
  }
  const parts: Readonly<Record<string, string>> = {
    policy: policyOf(script, style),
    style,
    script,
    licences,
    title,
    noun,
  };
  const page = readFileSync(template, 'utf8').replaceAll(
    /<!--(policy|style|script|licences|title|noun)-->/g,
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
