import { z } from 'zod';
import type { Setting } from './setting.ts';
import { keptFor, oneOf } from './setting-schemas.ts';

/** What is asked of a policy before access is given. */
export const policySettings = {
  policy: {
    flag: '--policy <file>',
    env: ['BATON_DESCOPE_POLICY'],
    title: 'Policy',
    kind: 'text',
    isOperational: true,
    help: 'a policy (YAML) whose conflicts and limits are looked at before each grant, and by which --include finding judges',
    schema: z.string(),
  },
  policyOnViolation: {
    flag: '--policy-on-violation <what>',
    env: ['BATON_DESCOPE_POLICY_ON_VIOLATION'],
    title: 'When a grant breaks the policy',
    kind: 'text',
    isOperational: true,
    help: 'what is done with a grant that breaks --policy: make it and "warn", or "refuse" it',
    default: 'warn',
    choices: ['warn', 'refuse'],
    schema: oneOf('warn', 'refuse'),
  },
  policySync: {
    flag: '--policy-sync <file>',
    env: ['BATON_DESCOPE_POLICY_SYNC'],
    title: 'Sync for the policy',
    kind: 'text',
    isOperational: true,
    help:
      'the store, or the file of a sync, in which --policy looks up how many hold something and who is in which group; ' +
      'without it the store of --history',
    schema: z.string(),
  },
  policyMaxAge: {
    flag: '--policy-max-age <duration>',
    env: ['BATON_DESCOPE_POLICY_MAX_AGE'],
    title: 'Oldest sync for the policy',
    kind: 'text',
    isOperational: true,
    help: 'how old the sync may be that --policy is looked up in, such as 6h; an older one is stale',
    default: '1d',
    schema: keptFor,
  },
  policyWhenStale: {
    flag: '--policy-when-stale <what>',
    env: ['BATON_DESCOPE_POLICY_WHEN_STALE'],
    title: 'When the policy cannot be looked up',
    kind: 'text',
    isOperational: true,
    help:
      'what is done with a grant that --policy speaks of where that sync is stale, cannot be read or does not tell: ' +
      'make it and "warn", or "refuse" it',
    default: 'warn',
    choices: ['warn', 'refuse'],
    schema: oneOf('warn', 'refuse'),
  },
} as const satisfies Record<string, Setting>;
