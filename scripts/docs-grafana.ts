// Makes deploy/grafana/fleet.json, which Grafana imports.
import { writeFileSync } from 'node:fs';
import { dashboardText } from './grafana-fleet.ts';

writeFileSync(new URL('../deploy/grafana/fleet.json', import.meta.url), dashboardText());
