import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reviewJsonSchemas } from '../../src/review/json-schemas.ts';
import { root } from './pages.ts';

describe('the schemas of the files of a review', () => {
  it.each(Object.entries(reviewJsonSchemas))(
    'are those of the code (renew them with `npm run docs:review`): %s',
    (name, schema) => {
      expect(JSON.parse(readFileSync(join(root, 'docs', name), 'utf8'))).toEqual(schema());
    },
  );
});
