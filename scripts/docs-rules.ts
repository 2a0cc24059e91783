// Writes a page for each rule of `check` into docs/rules, the tables of docs/checks.md and docs/policy.md, and the JSON Schema of a policy.
// With --check it writes nothing, and fails where a file differs; test/docs/rules.test.ts does so, too.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { policySchemaText, rulePages, withRules, withVariables } from './rule-pages.ts';

const isCheck = process.argv.includes('--check');
const docs = new URL('../docs/', import.meta.url);
const folder = new URL('rules/', docs);
const textOf = (url: URL): string => {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return '';
  }
};
const pages = rulePages();
const wanted = new Map<string, string>([
  ...Array.from(pages, ([name, text]) => [`rules/${name}`, text] as const),
  ['checks.md', withRules(textOf(new URL('checks.md', docs)))],
  ['policy.md', withVariables(textOf(new URL('policy.md', docs)))],
  ['policy.schema.json', policySchemaText()],
]);
mkdirSync(folder, { recursive: true });
const gone = readdirSync(folder).filter((name) => !pages.has(name));
const stale = Array.from(wanted).filter(([name, text]) => textOf(new URL(name, docs)) !== text);
if (isCheck) {
  const names = [...stale.map(([name]) => name), ...gone.map((name) => `rules/${name}`)];
  if (names.length > 0) {
    process.stderr.write(
      `not as the rules say, run "npm run docs:rules": ${names.map((name) => `docs/${name}`).join(', ')}\n`,
    );
    process.exitCode = 1;
  }
} else {
  gone.forEach((name) => rmSync(new URL(name, folder)));
  stale.forEach(([name, text]) => writeFileSync(new URL(name, docs), text));
}
