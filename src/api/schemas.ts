import { z } from 'zod';
import { wayWords } from '../answers/ways.ts';

// What the API answers, once: the document is made of these schemas, and tests hold the answers to them.

const texts = z.array(z.string());
const time = z.string().meta({ format: 'date-time' });
const count = z.int().min(0);

const thing = z
  .object({ type: z.string(), id: z.string(), name: z.string() })
  .meta({ id: 'Thing', description: 'Something by its type and id; the name is empty where it has none.' });

const who = z
  .object({
    type: z.string(),
    id: z.string(),
    name: z.string().optional(),
    login: z.string().optional(),
  })
  .meta({ id: 'Who', description: 'Who has the access: a user, a key, an app, or whoever a group stands for.' });

const details = z.record(z.string(), z.unknown());

export const path = z
  .object({
    userId: z.string(),
    user: z.string(),
    login: z.string(),
    email: z.string(),
    status: z.string(),
    kind: z.enum(['tenant', 'role', 'binding', 'permission', 'other']),
    heldId: z.string(),
    role: z.string(),
    tenantId: z.string(),
    tenant: z.string(),
    permission: z.string(),
    way: z.enum(wayWords),
    from: z.string(),
    certainty: z.enum(['', 'derived', 'uncertain']),
    reason: z.string(),
    through: texts,
    via: z.string(),
    alsoMappedBy: texts.optional(),
    roleOf: z.string().optional(),
    principal: who,
    held: thing.optional(),
    entitlement: z.string().optional(),
    details: details.optional(),
    boundKeys: texts.optional(),
    path: z.string(),
  })
  .meta({
    id: 'AccessPath',
    description: 'One way in which somebody has access, as `--json` of the command line has it.',
  });

const period = z.object({ startedAt: time, finishedAt: time });

/** Fields of every answer: of which store, project and time it is. */
const origin = {
  file: z.string().meta({ description: 'The name of the store.' }),
  projectId: z.string().optional(),
  finishedAt: time.optional(),
};
const moment = period
  .extend({ next: period.optional() })
  .meta({ id: 'Moment', description: 'When the sync read that showed this, and when the next one did.' });

const unknownCounts = z.object({
  resources: z.record(z.string(), count),
  grantsTo: z.record(z.string(), count),
  grantsOf: z.record(z.string(), count),
});

/** What is told besides of every answer about access: what is left out, and what is not known. */
const limits = {
  ...origin,
  moment: moment.optional(),
  notDerived: z.object({ inheritingTenants: count, inheritedRoles: count }),
  inheritance: z.object({
    isDerived: z.boolean(),
    mode: z.string().optional(),
    edges: count,
    uncertain: count,
    loops: count,
    unknownParents: count,
  }),
  nextLogin: z.object({ unknown: texts }),
  notRead: z.object({ types: texts, include: texts, notOffered: texts.optional(), words: z.string() }).optional(),
  unknown: unknownCounts.optional(),
};

const next = z.string().optional().meta({ description: 'The cursor of the next page; absent on the last one.' });
const pages = { rows: z.array(path), next };

export const whoCan = z
  .object({
    question: z.literal('who-can'),
    permission: z.string().optional(),
    asked: thing.optional(),
    also: texts.optional(),
    tenantId: z.string().optional(),
    tenant: z.string().optional(),
    status: z.string().optional(),
    defaultAccess: z.string().optional(),
    others: count.optional(),
    scopes: z.unknown().optional(),
    counts: z.object({ users: count, held: count, principals: count, heldByPrincipals: count }).meta({
      description: 'Of all pages: users and ways in which they have it, and the same of principals that are no users.',
    }),
    ...limits,
    ...pages,
  })
  .meta({ id: 'WhoCan' });

const key = z.object({
  type: z.string(),
  id: z.string(),
  name: z.string(),
  status: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  actsAs: z.object({ type: z.literal('user'), id: z.string(), name: z.string(), status: z.string() }).optional(),
  creator: z.string(),
  profile: details,
  consents: count.optional(),
});

const gift = z.object({
  heldId: z.string(),
  role: z.string(),
  tenantId: z.string(),
  tenant: z.string(),
  isHeld: z.boolean(),
  isThere: z.boolean(),
  words: z.string(),
});

export const access = z
  .object({
    question: z.literal('access'),
    user: z
      .object({
        id: z.string(),
        name: z.string(),
        login: z.string(),
        email: z.string(),
        status: z.string(),
        isTest: z.boolean(),
        createdAt: z.string(),
      })
      .optional(),
    principal: z.union([key, who]),
    groups: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          tenantId: z.string(),
          tenant: z.string(),
          ssoId: z.string(),
          gives: z.array(gift),
        }),
      )
      .optional(),
    keys: z.array(key).optional(),
    also: texts.optional(),
    ...limits,
    ...pages,
  })
  .meta({ id: 'Access' });

export const timeline = z
  .object({
    question: z.literal('timeline'),
    asked: thing,
    ...origin,
    events: z.array(
      z
        .object({
          change: z.enum(['first', 'gained', 'lost', 'appeared', 'gone', 'changed']),
          area: z.string(),
          principal: thing,
          held: thing,
          detail: z.string(),
          notBefore: time.optional(),
          notAfter: time,
        })
        .meta({
          id: 'Event',
          description:
            'What came, went or changed between two times; without `notBefore` it was there at the first sync.',
        }),
    ),
    next,
  })
  .meta({ id: 'Timeline' });

export const list = z
  .object({
    question: z.literal('list'),
    kind: z.string(),
    match: z.string().optional(),
    ...origin,
    moment: moment.optional(),
    total: count.meta({ description: 'All things of the kind, matching or not.' }),
    unknown: unknownCounts.optional(),
    rows: z.array(z.record(z.string(), z.union([z.string(), z.boolean()]))),
    next,
  })
  .meta({ id: 'List' });

export const syncs = z
  .object({
    question: z.literal('syncs'),
    file: z.string(),
    rows: z.array(
      z.object({
        sync: z.int(),
        projectId: z.string(),
        syncId: z.string(),
        startedAt: time,
        finishedAt: time,
        added: count,
        ended: count,
      }),
    ),
    next,
  })
  .meta({ id: 'Syncs' });

export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z
      .string()
      .meta({ description: 'What went wrong, for programs; the kinds of error of the command line among them.' }),
    detail: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
