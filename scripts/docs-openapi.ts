// Writes docs/openapi.json, the description that `serve --api` answers at /openapi.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../src/api/document.ts';

const path = join(import.meta.dirname, '..', 'docs', 'openapi.json');
writeFileSync(path, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
