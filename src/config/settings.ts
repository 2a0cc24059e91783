import { z } from 'zod';

/**
 * One setting: its names, what it means, and how its text is understood. Help, environment, checks and the manifest that
 * platforms read come from here. Of several environment names an earlier one wins: `BATON_*`, then the vendor's own.
 */
export interface Setting {
  readonly flag: string;
  readonly env: readonly [string, ...string[]];
  readonly help: string;
  /** What the platform's form calls it. */
  readonly title: string;
  /** How a form asks for it. */
  readonly kind: 'text' | 'number' | 'switch';
  /** True for what concerns running the program rather than the connection to Descope. */
  readonly isOperational?: boolean;
  /** What it is when nobody says anything; absent when it must be said or may stay unsaid. */
  readonly default?: string;
  readonly isRequired?: boolean;
  /** The words that it may be, where they are few: for completion and the reference page. */
  readonly choices?: readonly string[];
  /** Takes the text as it was given, or says in a few words what is wrong with it. */
  readonly schema: z.ZodType<unknown, string>;
}

const wholeNumber = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const oneOf = <Words extends readonly [string, ...string[]]>(...words: Words): z.ZodType<Words[number], string> =>
  z.string().refine((value): value is Words[number] => words.includes(value), `must be one of ${words.join(', ')}`);

const yesOrNo: z.ZodType<boolean, string> = z
  .string()
  .refine((value) => ['true', 'false', '1', '0', ''].includes(value), 'must be true or false')
  .transform((value) => value === 'true' || value === '1');

const periods: Readonly<Record<string, number>> = { s: 1_000, m: 60_000 };

/** "off", "auto", or so many in a second or minute. */
const rate: z.ZodType<'off' | 'auto' | { readonly count: number; readonly periodMs: number }, string> = z
  .string()
  .regex(/^(off|auto|[1-9]\d{0,4}\/[sm])$/, 'must be off, auto, or a rate such as 200/m or 3/s')
  .transform((text) => {
    if (text === 'off' || text === 'auto') {
      return text;
    }
    const [count, unit = 'm'] = text.split('/');
    return { count: Number(count), periodMs: periods[unit] ?? 60_000 };
  });

export const settings = {
  projectId: {
    flag: '--project-id <id>',
    env: ['BATON_DESCOPE_PROJECT_ID', 'DESCOPE_PROJECT_ID'],
    title: 'Project ID',
    kind: 'text',
    help: 'the Descope project (Console > Project); starts with "P"',
    isRequired: true,
    schema: z.string(),
  },
  baseUrl: {
    flag: '--base-url <url>',
    env: ['BATON_DESCOPE_BASE_URL', 'DESCOPE_BASE_URL'],
    title: 'Base URL',
    kind: 'text',
    help: "the Management API's address; derived from the project id when left out",
    schema: z.string(),
  },
  maxParallelFetches: {
    flag: '--max-parallel-fetches <n>',
    env: ['BATON_DESCOPE_MAX_PARALLEL_FETCHES'],
    title: 'Parallel requests',
    kind: 'number',
    help: 'requests to Descope in flight at once, 1 to 6',
    default: '6',
    schema: wholeNumber(1, 6),
  },
  rateLimit: {
    flag: '--rate-limit <rate>',
    env: ['BATON_DESCOPE_RATE_LIMIT'],
    title: 'Rate limit',
    kind: 'text',
    help: 'how fast users are read: "auto" takes 80 % of what Descope documents (nothing is held back on loopback addresses), "200/m" or "3/s" exactly this, "off" as fast as it goes',
    default: 'auto',
    schema: rate,
  },
  tenantRoles: {
    flag: '--tenant-roles <which>',
    env: ['BATON_DESCOPE_TENANT_ROLES'],
    title: 'Roles in tenants',
    kind: 'text',
    help: 'which project roles in which tenants are listed: "all" pairs, or only those "observed" to be held',
    default: 'all',
    choices: ['all', 'observed'],
    schema: oneOf('all', 'observed'),
  },
  maxDangling: {
    flag: '--max-dangling <n>',
    env: ['BATON_DESCOPE_MAX_DANGLING'],
    title: 'Dangling references allowed',
    kind: 'number',
    help: 'fail when more role and tenant references than this lead nowhere (else: more than 10 and than 1 %)',
    schema: wholeNumber(0, 999_999_999),
  },
  strict: {
    flag: '--strict',
    env: ['BATON_DESCOPE_STRICT'],
    title: 'Strict',
    kind: 'switch',
    help: 'fail on the first reference that leads nowhere',
    default: 'false',
    schema: yesOrNo,
  },
  maxShrink: {
    flag: '--max-shrink <percent>',
    env: ['BATON_DESCOPE_MAX_SHRINK'],
    title: 'Shrinking allowed',
    kind: 'number',
    isOperational: true,
    help: 'hold a sync that finds more percent fewer users, tenants or grants than the file it would replace; 100 never holds one',
    default: '20',
    schema: wholeNumber(0, 100),
  },
  provisioning: {
    flag: '-p, --provisioning',
    env: ['BATON_PROVISIONING'],
    title: 'Provisioning',
    kind: 'switch',
    help: 'allow grants and revokes; without it the server only reads',
    default: 'false',
    schema: yesOrNo,
  },
  joinTenant: {
    flag: '--join-tenant',
    env: ['BATON_DESCOPE_JOIN_TENANT'],
    title: 'Join tenant',
    kind: 'switch',
    help: 'make a user a member of the tenant where a role inside it needs that',
    default: 'false',
    schema: yesOrNo,
  },
  auditLog: {
    flag: '--audit-log <file>',
    env: ['BATON_DESCOPE_AUDIT_LOG'],
    title: 'Audit log',
    kind: 'text',
    isOperational: true,
    help: 'append a line of JSON for every attempted change to this file instead of stderr',
    schema: z.string(),
  },
  tlsCert: {
    flag: '--tls-cert <file>',
    env: ['BATON_DESCOPE_TLS_CERT'],
    title: 'TLS certificate',
    kind: 'text',
    isOperational: true,
    help: 'serve with mutual TLS: our certificate (PEM); re-read when it changes',
    schema: z.string(),
  },
  tlsKey: {
    flag: '--tls-key <file>',
    env: ['BATON_DESCOPE_TLS_KEY'],
    title: 'TLS key',
    kind: 'text',
    isOperational: true,
    help: "the certificate's private key (PEM)",
    schema: z.string(),
  },
  tlsClientCa: {
    flag: '--tls-client-ca <file>',
    env: ['BATON_DESCOPE_TLS_CLIENT_CA'],
    title: 'TLS client CA',
    kind: 'text',
    isOperational: true,
    help: "the CA that callers' certificates must come from (PEM)",
    schema: z.string(),
  },
  logFormat: {
    flag: '--log-format <format>',
    env: ['BATON_LOG_FORMAT'],
    title: 'Log format',
    kind: 'text',
    isOperational: true,
    help: '"json", or "console" for people; by default whichever suits where stderr goes',
    choices: ['json', 'console'],
    schema: oneOf('json', 'console'),
  },
  logLevel: {
    flag: '--log-level <level>',
    env: ['BATON_LOG_LEVEL'],
    title: 'Log level',
    kind: 'text',
    isOperational: true,
    help: 'debug, info, warn or error; logs go to stderr',
    default: 'warn',
    choices: ['debug', 'info', 'warn', 'error'],
    schema: oneOf('debug', 'info', 'warn', 'error'),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type Parsed<S extends Setting> = z.output<S['schema']>;

/** The settings as understood: those without a default and not required may be undefined. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends { readonly isRequired: true } | { readonly default: string }
    ? Parsed<(typeof settings)[Name]>
    : Parsed<(typeof settings)[Name]> | undefined;
};
