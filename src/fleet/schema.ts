import { Cron } from 'croner';
import { z } from 'zod';
import { fileKey } from '../config/file-keys.ts';
import { cronPattern, duration, keptFor } from '../config/setting-schemas.ts';
import { type Setting, type SettingName, settings } from '../config/settings.ts';
import { eventKinds } from './webhooks/kinds.ts';

// The one source of what fleet.yaml may say: it is checked by this, and docs/fleet.schema.json is made of it.

/** The settings of `sync` that a project may have, besides those with a place of their own in the file. */
export const projectSettings = [
  'tenantRoles',
  'inheritance',
  'applicationDefault',
  'lastLogin',
  'expandMappings',
  'maxDangling',
  'strict',
  'maxShrink',
  'rateLimit',
  'maxParallelFetches',
  'maxResponseSize',
  'caFile',
] as const satisfies readonly SettingName[];

const name = z.string().trim().min(1);
/** A duration, kept as it is written. */
const span = (understood: z.ZodType<number, string>): z.ZodType<number, string> => z.string().pipe(understood);

function settingSchema({ schema, help }: Setting): z.ZodType<string | undefined> {
  return z
    .union([z.string(), z.number(), z.boolean()])
    .superRefine((value, context) => {
      const parsed = schema.safeParse(String(value));
      if (!parsed.success) {
        context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'is not understood' });
      }
    })
    .transform(String)
    .optional()
    .describe(help);
}

const zone = z
  .string()
  .refine(isZone, 'must be the name of a time zone, such as Europe/Berlin or UTC, spelt exactly so')
  .describe('in which the pattern counts; UTC without it');

const schedule = z
  .union(
    [
      z.strictObject({
        every: span(duration).describe('30s, 5m, 1h or 1d; projects are spread over it by their ids'),
      }),
      z.strictObject({
        cron: cronPattern.describe('minute, hour, day, month, weekday'),
        zone: zone.default('UTC'),
        spread: span(duration)
          .optional()
          .describe('start each project by its id somewhere in this time after the tick'),
      }),
    ],
    'must say every, or cron',
  )
  .describe('when a project is due; without one it is synced when `fleet sync` asks for it');

const variable = z.string().regex(/^[A-Za-z_{][A-Za-z0-9_{}]*$/, 'must be the name of an environment variable');
const key = z
  .union(
    [
      z.strictObject({ env: variable.describe('an environment variable that holds it') }),
      z.strictObject({ file: name.describe('a file that holds it, with mode 0600') }),
      z.strictObject({
        command: z.array(z.string().min(1)).min(1).describe('a program that prints it, and its arguments'),
      }),
    ],
    'must say where the management key is: env, file or command; the key itself never stands in this file',
  )
  .describe('where the management key is; {name} and {id} stand for those of the project');

/** What AWS hands out looks so, and somebody could paste it where the name of a variable belongs. */
const credentialForm = /^(?:(?:AKIA|ASIA)[A-Z0-9]{16}|(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{40})$/;
const plainVariable = variable.refine(
  (text) => !credentialForm.test(text),
  'looks like a key itself (not shown): put it into a variable, and name that here',
);

const credentials = z
  .union(
    [
      z.strictObject({
        env: z.strictObject({
          id: plainVariable.describe('an environment variable that holds the id of the access key'),
          secret: plainVariable.describe('one that holds the secret'),
          token: plainVariable.optional().describe('one that holds the token of a session'),
        }),
      }),
      z.strictObject({ file: name.describe('a file that holds them as JSON, with mode 0600') }),
      z.strictObject({
        command: z.array(z.string().min(1)).min(1).describe('a program that prints them as JSON, and its arguments'),
      }),
    ],
    'must say where the credentials are: env, file or command; they never stand in this file',
  )
  .describe('where the credentials are; the AWS_... variables without it');

const s3 = z
  .strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    prefix: z
      .string()
      .regex(
        /^[A-Za-z0-9._{}-]+(?:\/[A-Za-z0-9._{}-]+)*$/,
        'must be words of letters, digits, dots, dashes and _, with / between',
      )
      .describe('before the names of objects; {name} without it'),
    endpoint: z.string().describe('the address of the store; that of AWS in the region without it'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/, 'must be the name of a region')
      .describe('us-east-1 without it'),
    style: z
      .enum(['path', 'host'])
      .describe('whether the bucket stands in the path of addresses, or in the host; path without it'),
    credentials,
  })
  .partial()
  .describe('a bucket that each complete sync goes into as well');

const outputs = z
  .strictObject({
    folder: name.describe(
      'where latest.json and the files before it are; {name} and {id} stand for those of the project',
    ),
    format: z.enum(['json', 'c1z']),
    keep: z.int().min(1).max(10_000).describe('how many complete files are kept'),
    history: name.describe(
      'a store that each complete sync goes into as well: a .db file, or postgres://HOST/DATABASE',
    ),
    'history-keep': span(keptFor).describe('how long the store keeps what is over'),
    s3,
  })
  .partial()
  .describe('where the syncs go');

const webhook = z
  .strictObject({
    url: z.string().min(1).describe('where events are sent to, with https://'),
    secret: key.describe('where the secret is that events are signed with: whsec_ and 24 to 64 bytes in base64'),
    events: z.array(z.enum(eventKinds)).min(1).optional().describe('which events; access.changed without it'),
  })
  .describe('who is told of each complete sync');

const groupName = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be small letters, digits, dashes');

/** What a project says, and what `defaults` say for all. */
const ofProject = {
  key: key.optional(),
  'base-url': name.optional().describe("the Management API's address; derived from the project id when left out"),
  schedule: schedule.optional(),
  outputs: outputs.optional(),
  include: z.array(name).optional().describe('resource types to read besides those that every sync has'),
  webhooks: z.array(webhook).max(10).optional().describe('who is told what changed, after each complete sync'),
  labels: z.record(z.string(), z.string()).optional().describe('words of your own, such as env: prod'),
  group: groupName.optional().describe('of `groups`: projects that share a budget'),
  settings: z
    .strictObject(
      Object.fromEntries(projectSettings.map((one) => [fileKey(settings[one]), settingSchema(settings[one])])),
    )
    .optional()
    .describe('settings of sync, by their names in a config file'),
  timeout: span(duration).optional().describe('how long one sync may take; 6h without it'),
  tries: z.int().min(1).max(20).optional().describe('how often a sync is tried before it is given up; 4 without it'),
};

export const fleetSchema = z
  .strictObject({
    version: z.literal(1).describe('of this format'),
    defaults: z.strictObject(ofProject).default({}).describe('what holds for each project that does not say otherwise'),
    groups: z
      .record(
        groupName,
        z.strictObject({
          'at-once': z.int().min(1).max(1_000).optional().describe('so many of its projects are synced at once'),
          requests: z
            .string()
            .regex(/^[1-9]\d{1,5}\/m$/, 'must be requests a minute, 10/m at least, such as 600/m')
            .transform((text) => Number(text.slice(0, -2)))
            .optional()
            .describe('so many requests a minute, such as 600/m, all of its projects send together, on all machines'),
        }),
      )
      .default({})
      .describe('projects that share a budget: those of one company, or behind one address'),
    projects: z
      .array(
        z.strictObject({
          id: name.describe('of the Descope project; begins with "P"'),
          name: z
            .string()
            .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, dots, dashes and _, 64 at most')
            .optional()
            .describe('what people call it here; the id without it'),
          ...ofProject,
        }),
      )
      .min(1, 'must name a project'),
  })
  .describe('A fleet of projects for baton-descope fleet');

export type FleetFile = z.output<typeof fleetSchema>;
export type ProjectEntry = FleetFile['projects'][number];
export type ScheduleEntry = z.output<typeof schedule>;
export type KeyPlace = z.output<typeof key>;
export type S3Entry = z.output<typeof s3>;
export type CredentialsPlace = z.output<typeof credentials>;

/** The JSON Schema of fleet.yaml, for editors. */
export function fleetJsonSchema(): object {
  return z.toJSONSchema(fleetSchema, { io: 'input', target: 'draft-07' });
}

/** Node knows a zone by the rules of its own data, and throws for others. */
function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).format(0);
    return !/^[+-]/.test(text) && new Cron('* * * * *', { timezone: text, paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
