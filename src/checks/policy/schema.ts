import { z } from 'zod';
import { type Parameter, type Rule, severities } from '../rule.ts';
import { builtInRules } from '../rules.ts';
import { expressionLimits } from './expression-limits.ts';
import { subjectNames } from './subjects.ts';

// The one source of what a policy file may say: it is checked by this, and docs/policy.schema.json is made of it.

/** Each goes through all of its subjects once. */
const mostCustomRules = 100;

const severity = z.enum(severities).describe('how bad a finding is');
const name = z.string().trim().min(1);
const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be small letters, digits and dashes')
  .describe('names it in findings and fingerprints; do not change it');

function parameterSchema({ default: value, help }: Parameter): z.ZodType {
  return typeof value === 'number'
    ? z.int().min(0).max(100_000).optional().describe(`${help}; ${value} without it`)
    : z.array(name).min(1).optional().describe(`${help}; a list of its own without it`);
}

function ruleSchema({ title, severity: usual, parameters = {} }: Rule): z.ZodType {
  const own = Object.entries(parameters).map(([key, parameter]) => [key, parameterSchema(parameter)]);
  const object = z.strictObject({ severity: severity.optional(), ...Object.fromEntries(own) });
  return z
    .union([z.literal('off'), severity, object])
    .optional()
    .describe(`${title}; ${usual} without it`);
}

const held = z
  .strictObject({
    permissions: z.array(name).min(1).optional().describe('any of these permissions, by name'),
    roles: z.array(name).min(1).optional().describe('any of these roles, by name, in the project or a tenant'),
  })
  .refine(
    ({ permissions, roles }) => permissions !== undefined || roles !== undefined,
    'must name permissions or roles',
  );

const conflict = z
  .strictObject({
    id: identifier,
    title: name.optional(),
    why: name.optional().describe('why nobody should have both'),
    severity: severity.default('high'),
    first: held.describe('one side'),
    second: held.describe('the other side'),
    scope: z
      .enum(['same-tenant', 'anywhere'])
      .default('same-tenant')
      .describe('whether both must be held in one tenant; what is held in the whole project is held in every tenant'),
  })
  .describe('separation of duties: two things that nobody may have together');

const limit = z
  .strictObject({
    id: identifier,
    title: name.optional(),
    why: name.optional(),
    severity: severity.default('high'),
    held: held.describe('what is limited'),
    in: name.optional().describe('in this tenant only, by id; the whole project counts, too'),
    'at-most': z.int().min(0).optional().describe('so many users and keys may have it'),
    only: z
      .strictObject({
        domains: z.array(name).min(1).optional().describe('users with an address of these mail domains'),
        groups: z
          .array(name)
          .min(1)
          .optional()
          .describe('members of these groups of an identity provider, by name or id'),
      })
      .optional()
      .describe('users who may have it; keys may not'),
  })
  .refine((one) => one['at-most'] !== undefined || one.only !== undefined, 'must say at-most or only');

const custom = z
  .strictObject({
    id: identifier,
    title: name.describe('what is wrong, as findings tell it'),
    severity: severity.default('medium'),
    for: z.enum(subjectNames).describe('what the expression is asked of, one by one'),
    when: z
      .string()
      .regex(/\S/, 'must not be empty')
      .max(expressionLimits.characters)
      .describe('an expression in CEL; where it holds, there is a finding'),
    why: name.optional(),
    fix: name.optional(),
  })
  .describe('a rule of your own');

const waiver = z
  .strictObject({
    rule: name.optional().describe('the id of a rule, a conflict, a limit or a test'),
    subject: z.strictObject({ type: name, id: name }).optional(),
    in: name.optional().describe('only inside this tenant, by id'),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'must be the fingerprint of a finding: 32 digits of 0-9 and a-f')
      .optional(),
    reason: name,
    owner: name.describe('who answers for it'),
    until: z.iso.date('must be a day, such as 2027-01-31').describe('the last day on which it counts'),
  })
  .refine(
    ({ rule, subject, fingerprint }) =>
      fingerprint === undefined ? rule !== undefined && subject !== undefined : subject === undefined,
    'must name a fingerprint, or a rule with a subject',
  )
  .describe('a finding that is accepted for a while');

const canTest = z.strictObject({
  name: name.optional(),
  severity: severity.default('high'),
  who: name.describe('a user or a key, by login, email, name or id'),
  can: name.describe('a permission'),
  in: name.optional().describe('a tenant, by id; anywhere without it'),
  expect: z.boolean().default(true),
});

const holdersTest = z
  .strictObject({
    name: name.optional(),
    severity: severity.default('high'),
    'holders-of': name.describe('a role or a permission, by name'),
    in: name.optional().describe('a tenant, by id; anywhere without it'),
    exactly: z.array(name).optional().describe('these, by id, login or email, and nobody else'),
    'at-most': z.int().min(0).optional(),
    'subset-of': z.array(name).optional().describe('nobody but these'),
  })
  .refine(
    (one) => [one.exactly, one['at-most'], one['subset-of']].filter((value) => value !== undefined).length === 1,
    'must say one of exactly, at-most and subset-of',
  );

const lists = {
  custom: z.array(custom).max(mostCustomRules),
  conflicts: z.array(conflict),
  limits: z.array(limit),
  waivers: z.array(waiver),
  tests: z.array(z.union([canTest, holdersTest])),
};

export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('of this format'),
    rules: z
      .strictObject(Object.fromEntries(builtInRules.map((rule) => [rule.id, ruleSchema(rule)])))
      .default({})
      .describe('rules that are off, or have another severity or other parameters'),
    custom: lists.custom.default([]).describe('rules of your own, each with an expression'),
    conflicts: lists.conflicts.default([]),
    limits: lists.limits.default([]),
    waivers: lists.waivers.default([]),
    tests: lists.tests.default([]).describe('access tests: what must be so'),
  })
  .describe('A policy for baton-descope check');

export type Policy = z.infer<typeof policySchema>;
export type CustomRule = z.infer<typeof custom>;
export type Conflict = z.infer<typeof conflict>;
export type Limit = z.infer<typeof limit>;
export type Waiver = z.infer<typeof waiver>;
export type AccessTest = z.infer<typeof canTest> | z.infer<typeof holdersTest>;
export type HeldSet = z.infer<typeof held>;

/** The JSON Schema of a policy file, for editors. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policySchema, { io: 'input', target: 'draft-07' });
}
