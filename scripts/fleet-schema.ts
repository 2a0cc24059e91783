import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetJsonSchema } from '../src/fleet/schema.ts';

const root = join(import.meta.dirname, '..');
const chart = join('deploy', 'helm', 'baton-descope');

/** docs/fleet.schema.json, for editors. */
export function fleetSchemaText(): string {
  return `${JSON.stringify(fleetJsonSchema(), undefined, 2)}\n`;
}

/** Files of the Helm chart that have their source elsewhere: a chart can read no file outside its folder. */
export function chartFiles(): readonly { readonly path: string; readonly text: string }[] {
  const path = join(chart, 'values.schema.json');
  const values = JSON.parse(readFileSync(join(root, path), 'utf8')) as { properties: Record<string, object> };
  // The chart fills in what is left out, and refuses a fleet without projects itself.
  const { $schema: _draft, required: _all, ...fleet } = fleetJsonSchema() as Readonly<Record<string, unknown>>;
  values.properties['fleet'] = fleet;
  return [
    { path, text: `${JSON.stringify(values, undefined, 2)}\n` },
    {
      path: join(chart, 'files', 'fleet-alerts.yaml'),
      text: readFileSync(join(root, 'deploy', 'prometheus', 'fleet-alerts.yaml'), 'utf8'),
    },
  ];
}
