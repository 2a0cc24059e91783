import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchemaText, rulePages, withRules, withVariables } from '../../scripts/rule-pages.ts';
import { readPolicy } from '../../src/checks/policy/read.ts';
import { blocksIn, root } from './pages.ts';

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

describe('the schema of a policy', () => {
  const written = readFileSync(join(root, 'docs', 'policy.schema.json'), 'utf8');
  const page = readFileSync(join(root, 'docs', 'policy.md'), 'utf8');
  const example = /<<'END'\n([^]*?)\nEND\n/.exec(blocksIn(page)[0]?.code ?? '')?.[1] ?? '';

  it('is that of the code (renew it with `npm run docs:rules`)', () => {
    expect(written).toBe(policySchemaText());
  });

  it('has a page with every field that an expression can ask (renew it with `npm run docs:rules`)', () => {
    expect(withVariables(page)).toBe(page);
    expect(page).toContain('`grant.permissions`');
  });

  it('is told by a policy page whose rules of your own are understood', () => {
    const own = /```yaml\n(custom:[^]*?)```/.exec(page)?.[1] ?? '';
    expect(readPolicy('policy.yaml', `version: 1\n${own}`).custom).toHaveLength(3);
  });

  it('takes the policy of the page, and refuses what the command refuses', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(written) as object);
    const policy = readPolicy('policy.yaml', example);

    expect(policy.conflicts).toHaveLength(1);
    expect(validate(parse(example)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ version: 1, rules: { 'never-verifed': 'off' } })).toBe(false);
    expect(validate({ version: 1, rules: { 'key-old': { days: 'soon' } } })).toBe(false);
    expect(validate({ rules: {} })).toBe(false);
  });
});
