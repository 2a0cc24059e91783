import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { DOMParser } from 'linkedom';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileIndex } from '../../src/answers/file-index.ts';
import { junitPieces } from '../../src/checks/format-junit.ts';
import { markdownLines } from '../../src/checks/format-markdown.ts';
import { sarifLimits, sarifPieces } from '../../src/checks/format-sarif.ts';
import { jsonPieces } from '../../src/checks/format-json.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { policySchema } from '../../src/checks/policy/schema.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import type { Finding } from '../../src/checks/check.ts';
import { counting, type Told } from '../../src/checks/told.ts';
import { indexed, offices, person } from '../support/check-world.ts';
import { held } from '../support/edge-files.ts';

interface Sarif {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly { readonly id: string; readonly properties: { readonly tags: readonly string[] } }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly suppressions?: readonly { readonly justification: string }[];
    }[];
    readonly invocations: readonly {
      readonly toolExecutionNotifications: readonly object[];
      readonly toolConfigurationNotifications: readonly { readonly associatedRule: { readonly id: string } }[];
    }[];
  }[];
}

let index: FileIndex;
beforeEach(async () => {
  index = await indexed(
    offices(
      [
        person('U1', { verified_email: false }),
        person('U2', { test: true }),
        person('U<3>|&"', { status: 'disabled' }),
      ],
      [held('role:Reader', 'user:U2'), held('role:Chief', 'user:U<3>|&"')],
      { types: [] },
    ),
  );
});
afterEach(async () => {
  await index[Symbol.asyncDispose]();
});

/** What is found with U2 waived. */
function checked(): Told {
  const policy = policySchema.parse({
    version: 1,
    waivers: [
      {
        rule: 'test-user-access',
        subject: { type: 'user', id: 'U2' },
        reason: 'nightly tests',
        owner: 'qa@acme.example',
        until: '2026-12-31',
      },
    ],
  });
  return counting(index, checkByPolicy(index, { policy, nowMs: 0 }));
}

describe('SARIF', () => {
  it('is valid by the published schema, and refused by it where it is not', async () => {
    const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(await readFile(path, 'utf8')) as Record<string, object>;
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    (addFormats as unknown as (to: Ajv) => void)(ajv);
    const validate = ajv.compile(schema);
    const log = JSON.parse([...sarifPieces(checked())].join('')) as Sarif;

    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(log.runs[0]?.results.length).toBeGreaterThan(3);
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ ruleId: 'x' }] }] })).toBe(false);
  });

  it('has every rule with its weight, and a result by the place of its rule, with its fingerprint', () => {
    const { runs } = JSON.parse([...sarifPieces(checked())].join('')) as Sarif;
    const { tool, results = [], invocations } = runs[0] ?? {};
    const rules = tool?.driver.rules ?? [];

    expect(rules.length).toBe(builtInRules.length + 2);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(results.map(({ ruleIndex }) => rules[ruleIndex]?.id));
    expect(
      results.every(({ partialFingerprints: { 'batonDescope/v1': print = '' } }) => /^[0-9a-f]{32}$/.test(print)),
    ).toBe(true);
    expect(results.find(({ ruleId }) => ruleId === 'disabled-user-privileged')?.level).toBe('error');
    expect(rules.find(({ id }) => id === 'disabled-user-privileged')?.properties).toMatchObject({
      'security-severity': '8.0',
    });
    expect(results.filter(({ suppressions }) => suppressions !== undefined)).toMatchObject([
      {
        ruleId: 'test-user-access',
        suppressions: [{ justification: 'until 2026-12-31, by qa@acme.example: nightly tests' }],
      },
    ]);
    const untold =
      invocations?.[0]?.toolConfigurationNotifications.map(({ associatedRule }) => associatedRule.id) ?? [];
    expect(untold).toContain('key-never-expires');
    expect(untold).not.toContain('never-verified');
  });
});

describe('a message of SARIF', () => {
  it('has no link and no argument in it by the name of somebody', () => {
    const state = checked().rules[0];
    const finding = (name: string): Finding => ({
      rule: state?.rule.id ?? '',
      severity: 'high',
      subject: { type: 'user', id: 'U1', name },
      where: undefined,
      detail: 'is {0}',
      fingerprint: '0'.repeat(32),
    });
    const names = ['[here](https://evil.example)', String.raw`\[here](https://evil.example)`, 'x{1}y'];
    const told = counting(index, {
      rules: checked().rules,
      findings: () => names.map(finding).values() as Generator<Finding>,
    });
    const { runs } = JSON.parse([...sarifPieces(told)].join('')) as {
      readonly runs: readonly { readonly results: readonly { readonly message: { readonly text: string } }[] }[];
    };

    expect(runs[0]?.results.map(({ message }) => message.text)).toEqual([
      expect.stringMatching(/^[^[]*\\\[here\\\]\(https:.*: is \{\{0\}\}$/) as string,
      expect.stringMatching(/^[^[]*[^\\]\\\\\\\[here\\\]\(https:.*: is \{\{0\}\}$/) as string,
      expect.stringContaining('x{{1}}y') as string,
    ]);
  });

  it('of a cut file stands beside how many findings there are in all, without those that are waived', () => {
    const limits = { results: 5, characters: 1_000_000, shown: 3 };
    const countedIn = (told: Told): unknown =>
      (
        JSON.parse([...sarifPieces(told, { limits })].join('')) as {
          readonly runs: readonly { readonly properties: object }[];
        }
      ).runs[0]?.properties;
    const told = checked();

    expect(countedIn(many(8))).toEqual({ findings: 8, waived: 0 });
    expect(countedIn(told)).toMatchObject({ waived: 1 });
  });
});

/** So many findings of one rule, as a project of that size has them. */
function many(count: number): Told {
  const { rules } = checked();
  const rule = rules.find((state) => state.rule.id === 'never-verified')?.rule.id ?? '';
  const random = seeded(7);
  const text = (length: number): string =>
    Array.from({ length }, () => '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[random(62)]).join('');
  const findings = (): Finding[] =>
    Array.from({ length: count }, (_, at): Finding => ({
      rule,
      severity: 'medium',
      subject: { type: 'user', id: `U2${text(26)}`, name: `${text(6)} ${text(8)}` },
      where: { tenantId: `T2${text(26)}`, tenant: `Company ${at % 90}` },
      detail: 'has no verified email and no verified phone',
      fingerprint: Array.from({ length: 32 }, () => random(16).toString(16)).join(''),
    }));
  return counting(index, { rules, findings: () => findings().values() as Generator<Finding> });
}

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

describe('SARIF of more than GitHub takes', () => {
  it('has the first results only, counts all, and says so in the file and to the caller', () => {
    const told = many(8);
    const said: string[] = [];
    const limits = { results: 5, characters: 1e9, shown: 3 };
    const { runs } = JSON.parse([...sarifPieces(told, { limits, onCut: (text) => said.push(text) })].join('')) as Sarif;

    expect(runs[0]?.results).toHaveLength(5);
    expect(told.counts.bySeverity.medium).toBe(8);
    expect(said).toEqual([expect.stringContaining('5 of 8 findings are here, the worst first')]);
    expect(runs[0]?.invocations[0]?.toolExecutionNotifications).toEqual([
      { level: 'warning', message: { text: said[0] } },
    ]);
  });

  it('is cut by its size, too, and by nothing where all is within the limits', () => {
    const cutBySize = JSON.parse(
      [...sarifPieces(many(8), { limits: { results: 9, characters: 1500, shown: 3 } })].join(''),
    ) as Sarif;
    const whole = JSON.parse([...sarifPieces(many(8))].join('')) as Sarif;

    expect(cutBySize.runs[0]?.results.length).toBeLessThan(5);
    expect(whole.runs[0]?.results).toHaveLength(8);
    expect(whole.runs[0]?.invocations[0]?.toolExecutionNotifications).toEqual([]);
  });

  it('is below 10 MB when it is compressed, and has no more than 20 tags a rule', () => {
    const results = 2_000; // as many as there may be are no more than 12 times as much
    const text = [...sarifPieces(many(results + 1), { limits: { ...sarifLimits, results } })].join('');
    const { runs } = JSON.parse(text) as Sarif;

    expect(runs[0]?.results).toHaveLength(results);
    const ratio = gzipSync(text).length / text.length;
    expect(ratio * sarifLimits.characters).toBeLessThan(10_000_000);
    for (const { properties } of runs[0]?.tool.driver.rules ?? []) {
      expect(properties.tags.length).toBeLessThanOrEqual(20);
    }
  });
});

describe('JSON', () => {
  it('counts what is waived apart', () => {
    const told = JSON.parse([...jsonPieces(checked())].join('')) as { counts: object; byRule: object; waived: object };
    expect(told.waived).toEqual({ 'test-user-access': 1 });
    expect(Object.keys(told.byRule)).not.toContain('test-user-access');
    expect(told.counts).toMatchObject({ high: 1 });
  });
});

describe('JUnit', () => {
  it.each([
    ['high', ['disabled-user-privileged']],
    ['medium', ['disabled-user-access', 'disabled-user-privileged', 'never-verified']],
    ['none', []],
  ] as const)('fails for %s: %j, skips what was not evaluated, and counts both', (failOn, failed) => {
    const document = new DOMParser().parseFromString([...junitPieces(checked(), failOn)].join(''), 'text/xml');
    const names = (selector: string): string[] =>
      [...document.querySelectorAll(selector)].map(
        (node) => node.parentElement?.getAttribute('name')?.split(':')[0] ?? '',
      );
    const suites = document.querySelector('testsuites');

    expect(names('failure').toSorted()).toEqual(failed);
    expect(names('skipped')).toContain('key-never-expires');
    expect(suites?.getAttribute('tests')).toBe(String(builtInRules.length + 2));
    expect(suites?.getAttribute('failures')).toBe(String(failed.length));
    expect(suites?.getAttribute('skipped')).toBe(String(names('skipped').length));
  });

  it('writes names that would be markup as text', () => {
    const xml = [...junitPieces(checked(), 'high')].join('');
    expect(xml).toContain('Person U&lt;3&gt;|&amp;&quot; (U&lt;3&gt;|&amp;&quot;)');
  });
});

describe('Markdown', () => {
  it('has a table for each rule, with names as code, and says what was waived', () => {
    const lines = [...markdownLines(checked())];
    expect(lines).toContain('### high: Disabled or expired user with a privileged role (`disabled-user-privileged`)');
    expect(lines).toContain('| user `Person U<3>\\|&"` `U<3>\\|&"` |  | `is disabled and holds Chief` |  |');
    expect(lines.some((line) => line.includes('`until 2026-12-31, qa@acme.example: nightly tests`'))).toBe(true);
    expect(lines.some((line) => /^- not evaluated, since .*`key-/.test(line))).toBe(true);
  });
});
