// Writes the tables of capabilities and actions into docs/connector.mdx. test/docs/docs.test.ts fails while they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { withCapabilities } from './connector-page.ts';

const page = new URL('../docs/connector.mdx', import.meta.url);
writeFileSync(page, withCapabilities(readFileSync(page, 'utf8')));
