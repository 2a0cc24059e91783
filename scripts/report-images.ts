// Takes the pictures of the report that the documents show, in the Chromium of this machine: node
// scripts/report-images.ts, after npm run build. The project is the embedded one, and every step the command line's
// own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator } from '../src/emulator/emulator.ts';
import { pathsOf } from '../src/report-page/data/access.ts';
import { goTo, launchBrowser, openReport } from '../test/browser/browser.ts';
import { envOf, runCli, temporaryFolder } from '../test/support/cli.ts';
import { projectOf } from '../test/support/reports.ts';

const images = join(import.meta.dirname, '..', 'docs', 'images');
mkdirSync(images, { recursive: true });

await using stack = new AsyncDisposableStack();
const emulator = await startEmulator();
stack.defer(() => emulator.close());
await using folder = await temporaryFolder();
const file = (name: string): string => join(folder.path, name);

async function run(...args: readonly string[]): Promise<void> {
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  const { code, stderr } = await runCli(args, { env });
  if (code !== 0) {
    throw new Error(`${args.join(' ')}: ${stderr}`);
  }
}

const ada = ['--principal', 'ada.lovelace@acme.example'];
await run('sync', '--include', 'all', '--out', file('sync-before.json'));
await run('grant', '--entitlement', 'role_binding:acme/Billing Manager:assigned', ...ada);
await run('grant', '--entitlement', 'role:acme/Approver:assigned', ...ada);
await run('revoke', '--entitlement', 'role_binding:acme/Editor:assigned', ...ada);
await run('sync', '--include', 'all', '--out', file('sync.json'));
await run('report', file('sync.json'), '--since', file('sync-before.json'), '--out', file('report.html'));

const project = await projectOf(file('sync.json'));
const permission = project.permissions.findIndex(({ name }) => name === 'invoices.approve');
const adaAt =
  Array.from({ length: project.users.count }, (_, at) => at).find(
    (at) => project.users.name.at(at) === 'Ada Lovelace',
  ) ?? 0;
const ways = pathsOf(project, adaAt).filter((path) => path.permission === permission).length;
if (ways !== 2) {
  throw new Error(`Ada should come by invoices.approve in two ways, not in ${ways}`);
}

const browser = await launchBrowser();
try {
  const { page } = await openReport(browser, file('report.html'));
  const pictures = [
    ['overview-light', '#/overview', '.chart svg', 'light', 1250],
    ['overview-dark', '#/overview', '.chart svg', 'dark', 1250],
    ['path', `#/people/${project.users.id.at(adaAt)}/invoices.approve`, '.path-node.permission', 'light', 860],
    ['findings', '#/findings/privileged-role', '.grid-row', 'light', 860],
    ['keys', '#/keys', '.grid-row', 'light', 1000],
    ['console', '#/console', '.grid-row', 'light', 860],
    ['changes', '#/changes', '.grid-row', 'dark', 860],
  ] as const;
  for (const [name, hash, selector, scheme, height] of pictures) {
    await page.setViewport({ width: 1280, height, deviceScaleFactor: 1.25 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await goTo(page, hash, selector);
    await page.screenshot({ path: join(images, `report-${name}.png`), optimizeForSpeed: false });
  }
} finally {
  await browser.close();
}
