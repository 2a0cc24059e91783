import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/document.ts';
import { endpoints } from '../../src/api/endpoints.ts';
import { root } from '../docs/pages.ts';

describe('the description of the API', () => {
  it('is one of OpenAPI 3.1, and names every endpoint', async () => {
    const document = openApiDocument() as { readonly openapi: string; readonly paths: object };

    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(Object.keys(endpoints));
  });

  it('is what docs/openapi.json has: npm run docs:openapi writes it', () => {
    const kept: unknown = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));

    expect(kept).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });
});
