import { z } from 'zod';
import { listKinds } from '../answers/listing.ts';
import { pageRows } from './page-rows.ts';
import * as schemas from './schemas.ts';

/** A name that is longer is none: Descope's own limits are far below. */
const longestText = 1_000;

const text = (description: string): z.ZodString => z.string().min(1).max(longestText).meta({ description });
const flag = (description: string): z.ZodType<boolean | undefined, string | undefined> =>
  z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .meta({ description });

const paging = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `must be a whole number from 1 to ${pageRows.most}`)
    .transform(Number)
    .refine((rows) => rows <= pageRows.most, `must be a whole number from 1 to ${pageRows.most}`)
    .optional()
    .meta({ description: `Rows of the page, ${pageRows.most} at most; ${pageRows.usual} where it is left out.` }),
  cursor: text('The `next` of the page before, with the other parameters as they were.').optional(),
};
const project = text('Of a store of several projects: this one.').optional();
const when = {
  at: text(
    'On this day (2026-03-31 is its end, in UTC), or at this time (2026-03-31T09:00:00Z); without it as the newest sync found it.',
  ).optional(),
  project,
};
const directOnly = flag('Only what is held as it stands: nothing inherited, nothing that the next login gives.');

/** What can be asked: its words, what it takes in its query, and what it answers. */
export const endpoints = {
  '/v1/who-can': {
    summary: 'Who has a permission, a role, a membership, an application; through what, and where',
    query: z.strictObject({
      held: text('A permission, else a role, tenant, application, app or project, by name or id, in any case.'),
      tenant: text('In this tenant only (its id or name); holders in the whole project are told as well.').optional(),
      directOnly,
      ...when,
      ...paging,
    }),
    answer: schemas.whoCan,
  },
  '/v1/access': {
    summary: 'What a user, a key, an app or an administrator can do, and where',
    query: z.strictObject({
      principal: text('By id, login id, email or name, in any case.'),
      directOnly,
      ...when,
      ...paging,
    }),
    answer: schemas.access,
  },
  '/v1/timeline': {
    summary: 'What somebody gained and lost over time, or who gained and lost something',
    query: z.strictObject({
      of: text('A user, key or app, else a permission, role or tenant, by name or id; also one that is gone.'),
      ...when,
      ...paging,
    }),
    answer: schemas.timeline,
  },
  '/v1/list/{kind}': {
    summary: 'What there is of one kind, with ids',
    query: z.strictObject({
      match: text('Only those whose id, name, login or email contains this text, in any case.').optional(),
      ...when,
      ...paging,
    }),
    answer: schemas.list,
  },
  '/v1/syncs': {
    summary: 'The syncs that the store keeps, in their order',
    query: z.strictObject({ project, ...paging }),
    answer: schemas.syncs,
  },
} as const;
export type EndpointName = keyof typeof endpoints;
export type QueryOf<Name extends EndpointName> = z.output<(typeof endpoints)[Name]['query']>;

/** The kinds of `/v1/list/{kind}`. */
export const kinds: readonly string[] = listKinds;

/** A question that is understood. */
export type Asked = {
  readonly [Name in EndpointName]: {
    readonly name: Name;
    /** The path as it was asked, which tells the kind of a list. */
    readonly path: string;
    readonly query: QueryOf<Name>;
  };
}[EndpointName];
