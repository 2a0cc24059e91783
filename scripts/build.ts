// Makes dist/: the program, bundled from src/cli/main.ts, and the pages of the report and of a review; and man/, its manual page.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildManPage } from './build/man-page.ts';
import { buildProgram } from './build/program.ts';
import { buildPage } from './build/page.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist');

rmSync(target, { recursive: true, force: true });
await buildProgram(root, target);
const page = (name: string, file: string): string => join(root, 'src', `${name}-page`, file);
const common = { template: page('report', 'page.html') };
await buildPage(
  {
    ...common,
    source: page('report', ''),
    styles: [page('report', 'page.css')],
    title: 'Who can do what, and where',
    noun: 'report',
  },
  join(target, 'report-page'),
);
await buildPage(
  {
    ...common,
    source: page('review', ''),
    styles: [page('report', 'page.css'), page('review', 'page.css')],
    title: 'Access review',
    noun: 'review',
  },
  join(target, 'review-page'),
);
buildManPage(join(root, 'man'));
