// Writes docs/configuration.md from the table of settings. test/config/page.test.ts fails while they differ.
import { writeFileSync } from 'node:fs';
import { configurationPage } from './configuration-page.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
