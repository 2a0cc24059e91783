// Writes docs/fleet.schema.json, which editors check a fleet.yaml by, the files of the Helm chart that have their source
// elsewhere, and the tables of docs/fleet-plan.md. test/docs/fleet.test.ts fails while they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPlan } from './fleet-plan.ts';
import { chartFiles, fleetSchemaText } from './fleet-schema.ts';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs', 'fleet.schema.json'), fleetSchemaText());
chartFiles().forEach(({ path, text }) => writeFileSync(join(root, path), text));
const plan = join(root, 'docs', 'fleet-plan.md');
writeFileSync(plan, withPlan(readFileSync(plan, 'utf8')));
