import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rulePages, withRules } from '../../scripts/rule-pages.ts';
import { root } from './pages.ts';

const folder = join(root, 'docs', 'rules');
const checks = readFileSync(join(root, 'docs', 'checks.md'), 'utf8');

describe('the pages of the rules', () => {
  it('are those of the rules that there are (renew them with `npm run docs:rules`)', () => {
    const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(rulePages()));
  });

  it('are listed on the page of checks, with the controls that they help with', () => {
    expect(withRules(checks)).toBe(checks);
    expect(
      rulePages()
        .keys()
        .toArray()
        .filter((name) => !checks.includes(`(rules/${name})`)),
    ).toEqual([]);
  });

  it('say that a rule helps with a control, and never that one is met', () => {
    const all = [checks, ...rulePages().values()].join('\n');
    expect(all).not.toMatch(/compl(?:y|ies|iant|iance) with|certified|fulfils|satisfies/i);
    expect(checks).toContain('helps with');
  });
});
