import { fleetJsonSchema } from '../src/fleet/schema.ts';

/** docs/fleet.schema.json, for editors. */
export function fleetSchemaText(): string {
  return `${JSON.stringify(fleetJsonSchema(), undefined, 2)}\n`;
}
