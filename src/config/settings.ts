import { z } from 'zod';
import { applicationDefaults } from '../access/application-default.ts';
import { inheritanceModes } from '../access/inheritance.ts';
import { parseListenAddress, parseListenHost } from '../listen-address.ts';
import { policySettings } from './policy-settings.ts';
import { serviceSettings } from './service-settings.ts';
import type { Setting } from './setting.ts';
import {
  address,
  cronPattern,
  duration,
  keptFor,
  oneOf,
  portOrOff,
  rate,
  typeNames,
  wholeNumber,
  yesOrNo,
} from './setting-schemas.ts';

export type { Setting } from './setting.ts';

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
  caFile: {
    flag: '--ca-file <file>',
    env: ['BATON_DESCOPE_CA_FILE'],
    title: 'CA file',
    kind: 'text',
    isOperational: true,
    help:
      'certificates (PEM) of CAs to trust towards Descope besides the usual ones, for a proxy that opens TLS; ' +
      'NODE_EXTRA_CA_CERTS works, too',
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
    help:
      'how fast users are read: "auto" takes 80 % of what Descope documents (nothing is held back on loopback ' +
      'addresses), "200/m" or "3/s" exactly this, "off" as fast as it goes',
    default: 'auto',
    schema: rate,
  },
  maxResponseSize: {
    flag: '--max-response-size <MiB>',
    env: ['BATON_DESCOPE_MAX_RESPONSE_SIZE'],
    title: 'Largest answer',
    kind: 'number',
    isOperational: true,
    help:
      'how large an answer of Descope may be, in MiB, 1 to 2000: tenants, roles and permissions come in one ' +
      'each (else: an eighth of the heap of Node, 256 at most); a page of users may have 32, or an eighth ' +
      'of this if that is more',
    schema: wholeNumber(1, 2_000),
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
  inheritance: {
    flag: '--inheritance <reading>',
    env: ['BATON_INHERITANCE'],
    title: 'Inheritance',
    kind: 'text',
    help:
      'whose setting governs what flows from a tenant to those below it: the "parent"\'s, the "child"\'s, ' +
      '"auto" for both readings (what only one allows is marked uncertain), or "none" to derive nothing',
    default: 'auto',
    choices: [...inheritanceModes],
    schema: oneOf(...inheritanceModes),
  },
  include: {
    flag: '--include <types>',
    env: ['BATON_INCLUDE'],
    title: 'Types included',
    kind: 'text',
    help:
      'resource types to read besides those that every sync has, with commas between them, or "all"; each ' +
      'costs requests and needs rights, which `capabilities` lists',
    schema: typeNames,
  },
  applicationDefault: {
    flag: '--application-default <who>',
    env: ['BATON_APPLICATION_DEFAULT'],
    title: 'Default of applications',
    kind: 'text',
    help:
      'what users reach who were given no application by name, which no call of Descope tells: "all" ' +
      'applications, "none", or "unknown"; the first one is given to a user by name, and the last one ' +
      'taken, only where it is "none"',
    default: 'unknown',
    choices: [...applicationDefaults],
    schema: oneOf(...applicationDefaults),
  },
  lastLogin: {
    flag: '--last-login <source>',
    env: ['BATON_LAST_LOGIN'],
    title: 'Last login',
    kind: 'text',
    help: 'tell when users last signed in: by the "audit" log of 30 days, by the "history" of each user, or not ("off")',
    default: 'off',
    choices: ['off', 'audit', 'history'],
    schema: oneOf('off', 'audit', 'history'),
  },
  expandMappings: {
    flag: '--expand-mappings',
    env: ['BATON_EXPAND_MAPPINGS'],
    title: 'Expand mappings',
    kind: 'switch',
    help:
      'let the members of a group count as holders of the roles that are mapped to it, before they sign in ' +
      'again; needs --include sso_configuration,idp_group',
    default: 'false',
    schema: yesOrNo,
  },
  maxDangling: {
    flag: '--max-dangling <n>',
    env: ['BATON_DESCOPE_MAX_DANGLING'],
    title: 'Dangling references allowed',
    kind: 'number',
    help: 'fail when more role and tenant references than this do not resolve (else: more than 10 and than 1 %)',
    schema: wholeNumber(0, 999_999_999),
  },
  strict: {
    flag: '--strict',
    env: ['BATON_DESCOPE_STRICT'],
    title: 'Strict',
    kind: 'switch',
    help: 'fail on the first reference that does not resolve',
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
  allowPrivilegedDelete: {
    flag: '--allow-privileged-delete',
    env: ['BATON_DESCOPE_ALLOW_PRIVILEGED_DELETE'],
    title: 'Allow privileged delete',
    kind: 'switch',
    help: 'delete users, too, who hold Tenant Admin or a role with Impersonate anywhere',
    default: 'false',
    schema: yesOrNo,
  },
  joinTenant: {
    flag: '--join-tenant',
    env: ['BATON_DESCOPE_JOIN_TENANT'],
    title: 'Join tenant',
    kind: 'switch',
    help: 'make a user, or an access key, a member of the tenant where a role inside it needs that',
    default: 'false',
    schema: yesOrNo,
  },
  refuseReturning: {
    flag: '--refuse-returning',
    env: ['BATON_DESCOPE_REFUSE_RETURNING'],
    title: 'Refuse returning roles',
    kind: 'switch',
    help:
      "refuse to revoke a role that the tenant's SSO settings give back at the next login; without it that is " +
      'told where sso_configuration is included',
    default: 'false',
    schema: yesOrNo,
  },
  ...policySettings,
  auditLog: {
    flag: '--audit-log <file>',
    env: ['BATON_DESCOPE_AUDIT_LOG'],
    title: 'Audit log',
    kind: 'text',
    isOperational: true,
    help: 'write every attempted change down in this file, before it is sent and when it has ended; without it on stderr',
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
  syncEvery: {
    flag: '--sync-every <duration>',
    env: ['BATON_DESCOPE_SYNC_EVERY'],
    title: 'Sync every',
    kind: 'text',
    isOperational: true,
    help: 'run full syncs by itself, one every 30s, 5m, 1h or 1d; needs --out',
    schema: duration,
  },
  syncCron: {
    flag: '--sync-cron <pattern>',
    env: ['BATON_DESCOPE_SYNC_CRON'],
    title: 'Sync at',
    kind: 'text',
    isOperational: true,
    help: 'the same at fixed times, in the time zone of the process: a cron pattern such as "0 * * * *"',
    schema: cronPattern,
  },
  out: {
    flag: '--out <folder>',
    env: ['BATON_DESCOPE_OUT'],
    title: 'Output folder',
    kind: 'text',
    isOperational: true,
    help: 'the folder of scheduled syncs: latest.json and the files before it',
    schema: z.string(),
  },
  outFormat: {
    flag: '--out-format <format>',
    env: ['BATON_DESCOPE_OUT_FORMAT'],
    title: 'Output format',
    kind: 'text',
    isOperational: true,
    help: 'what scheduled syncs write: json, or c1z for the tools of Baton',
    default: 'json',
    choices: ['json', 'c1z'],
    schema: oneOf('json', 'c1z'),
  },
  keep: {
    flag: '--keep <n>',
    env: ['BATON_DESCOPE_KEEP'],
    title: 'Files kept',
    kind: 'number',
    isOperational: true,
    help: 'how many complete files of scheduled syncs are kept, 1 to 10000',
    default: '7',
    schema: wholeNumber(1, 10_000),
  },
  history: {
    flag: '--history <store>',
    env: ['BATON_DESCOPE_HISTORY'],
    title: 'Store of syncs',
    kind: 'text',
    isOperational: true,
    help: 'a store (.db, or postgres://HOST/DATABASE) that each complete sync goes into as well: it answers of any day',
    schema: z.string(),
  },
  historyKeep: {
    flag: '--history-keep <duration>',
    env: ['BATON_DESCOPE_HISTORY_KEEP'],
    title: 'Store keeps',
    kind: 'text',
    isOperational: true,
    help: 'with each sync take out of the store what was over before that time, such as 400d',
    schema: keptFor,
  },
  api: {
    flag: '--api',
    env: ['BATON_DESCOPE_API'],
    title: 'API',
    kind: 'switch',
    isOperational: true,
    help: 'answer questions to the store of --history on the port of the health pages: on loopback, or over mutual TLS',
    default: 'false',
    schema: yesOrNo,
  },
  listen: {
    flag: '--listen <host:port>',
    env: ['BATON_DESCOPE_LISTEN'],
    title: 'Listen on',
    kind: 'text',
    isOperational: true,
    help: 'where serve listens; plaintext is for loopback addresses only',
    default: '127.0.0.1:9090',
    isListenAddress: true,
    schema: address(parseListenAddress),
  },
  healthCheckPort: {
    flag: '--health-check-port <port>',
    env: ['BATON_HEALTH_CHECK_PORT'],
    title: 'Health port',
    kind: 'text',
    isOperational: true,
    help: 'where /live, /ready, /health and /metrics are served over HTTP; 0 takes a free port, off serves none',
    default: '8081',
    schema: portOrOff,
  },
  healthCheckBindAddress: {
    flag: '--health-check-bind-address <host>',
    env: ['BATON_HEALTH_CHECK_BIND_ADDRESS'],
    title: 'Health address',
    kind: 'text',
    isOperational: true,
    help: 'the address that those pages listen on',
    default: '127.0.0.1',
    isListenAddress: true,
    schema: address(parseListenHost),
  },
  metricsTextfile: {
    flag: '--metrics-textfile <file>',
    env: ['BATON_DESCOPE_METRICS_TEXTFILE'],
    title: 'Metrics file',
    kind: 'text',
    isOperational: true,
    help: 'after each run of sync, write how it ended to this file (*.prom), for the textfile collector of node_exporter',
    schema: z.string().regex(/[^/]\.prom$/, 'must be a file whose name ends in .prom: the collector reads no other'),
  },
  ...serviceSettings,
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
    help: 'debug, info, warn or error; by default info for serve, else warn; logs go to stderr',
    choices: ['debug', 'info', 'warn', 'error'],
    schema: oneOf('debug', 'info', 'warn', 'error'),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

type Parsed<S extends Setting> = z.output<S['schema']>;

/** The settings as understood: those without a default and not required may be undefined. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends
    | { readonly isRequired: true }
    | { readonly default: string }
    ? Parsed<(typeof settings)[Name]>
    : Parsed<(typeof settings)[Name]> | undefined;
};
