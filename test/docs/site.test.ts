import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildSite } from '../../scripts/site/build.ts';
import { pages, root } from './pages.ts';

const target = mkdtempSync(join(tmpdir(), 'baton-descope-site-'));
afterAll(() => rmSync(target, { recursive: true, force: true }));

it('the site has every page, and no link that leads nowhere', () => {
  const site = buildSite(root, target);

  expect(site.broken).toEqual([]);
  expect(site.pages).toHaveLength(pages().length + 1); // and the list of decisions
});

it('the site leads from its first page to every page of docs', () => {
  const first = readFileSync(join(target, 'index.html'), 'utf8');
  const linked = new Set([...first.matchAll(/href="([^"#]+)/g)].map(([, link]) => link));
  const due = pages()
    .map(({ path }) => path)
    .filter((path) => /^(docs|deploy)\/[^/]+$/.test(path))
    .map((path) => path.replace(/\.mdx?$/, '.html'));

  expect(due.filter((page) => !linked.has(page))).toEqual([]);
});

it('the site runs no script and loads nothing from elsewhere', () => {
  const html = readFileSync(join(target, 'docs', 'connector.html'), 'utf8');

  expect(html).not.toMatch(/<script|(?:src|<link[^>]+href)="https?:/);
  expect(html).not.toMatch(/<(?:Step|Tab|Warning|Icon)/);
});
