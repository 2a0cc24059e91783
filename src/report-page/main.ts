import { showReport } from './app.tsx';
import { decodeProject } from './data/decode.ts';
import { startPage } from './start.ts';

// The data is in the format of `answers/report-format.ts`.
void startPage('report', (bytes, root) => showReport(decodeProject(bytes), root));
