// Writes the JSON Schemas of the files of a review into docs. test/docs/review.test.ts fails while they differ.
import { writeFileSync } from 'node:fs';
import { reviewJsonSchemas } from '../src/review/json-schemas.ts';

for (const [name, schema] of Object.entries(reviewJsonSchemas)) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), `${JSON.stringify(schema(), undefined, 2)}\n`);
}
