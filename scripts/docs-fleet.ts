// Writes docs/fleet.schema.json, which editors check a fleet.yaml by, and the files of the Helm chart that have their source
// elsewhere. test/docs/fleet.test.ts fails while they differ.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartFiles, fleetSchemaText } from './fleet-schema.ts';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs', 'fleet.schema.json'), fleetSchemaText());
chartFiles().forEach(({ path, text }) => writeFileSync(join(root, path), text));
