// Makes dist/: the program, bundled from src/cli/main.ts, and the report's page; and man/, its manual page.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildManPage } from './build/man-page.ts';
import { buildProgram } from './build/program.ts';
import { buildReportPage } from './build/report-page.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist');

rmSync(target, { recursive: true, force: true });
await buildProgram(root, target);
await buildReportPage(join(root, 'src', 'report-page'), join(target, 'report-page'));
buildManPage(join(root, 'man'));
