// Writes a page for each rule of `check` into docs/rules, the tables of docs/checks.md, and the JSON Schema of a policy.
// test/docs/rules.test.ts fails while they differ.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { policySchemaText, rulePages, withRules } from './rule-pages.ts';

const folder = new URL('../docs/rules/', import.meta.url);
const page = new URL('../docs/checks.md', import.meta.url);
const pages = rulePages();
mkdirSync(folder, { recursive: true });
readdirSync(folder)
  .filter((name) => !pages.has(name))
  .forEach((name) => rmSync(new URL(name, folder)));
pages.forEach((text, name) => writeFileSync(new URL(name, folder), text));
writeFileSync(page, withRules(readFileSync(page, 'utf8')));
writeFileSync(new URL('../docs/policy.schema.json', import.meta.url), policySchemaText());
