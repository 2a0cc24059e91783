// Makes a site of README and docs: plain HTML that opens from the disk or from any web server. Fails on a broken link.
// Usage: npm run docs:site [-- FOLDER]
import { join } from 'node:path';
import { buildSite } from './site/build.ts';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'site');
const { pages, broken } = buildSite(root, target);
if (broken.length > 0) {
  console.error(`links that lead nowhere:\n${broken.join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(`ok: ${pages.length} pages in ${target}, every link found`);
}
