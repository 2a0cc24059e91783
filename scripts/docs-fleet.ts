// Writes docs/fleet.schema.json, which editors check a fleet.yaml by. test/docs/fleet.test.ts fails while it differs.
import { writeFileSync } from 'node:fs';
import { fleetSchemaText } from './fleet-schema.ts';

writeFileSync(new URL('../docs/fleet.schema.json', import.meta.url), fleetSchemaText());
