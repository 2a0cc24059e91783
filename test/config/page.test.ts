import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { configurationPage } from '../../scripts/configuration-page.ts';

it('docs/configuration.md is what the table of settings says (renew it with `npm run docs:config`)', async () => {
  expect(await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8')).toBe(configurationPage());
});
