import { z } from 'zod';
import { decisionsSchema } from './read-decisions.ts';
import { resultsSchema } from './results.ts';

/** The schemas of the files of a review, by their names in docs. */
export const reviewJsonSchemas = {
  'decisions.schema.json': () => schemaOf('A file of decisions of a review, which its page saves', decisionsSchema),
  'review-results.schema.json': () => schemaOf('What "review apply" made of a file of decisions', resultsSchema),
} as const satisfies Readonly<Record<string, () => object>>;

function schemaOf(title: string, schema: z.ZodType): object {
  return { title, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-07' }) };
}
