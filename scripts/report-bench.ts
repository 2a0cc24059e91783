// Measures the report in a real browser: node scripts/report-bench.ts --users 100000, after npm run build. The file is
// that of a sync of the embedded project; --keys and --consents put so many access keys and consents into it, and
// include them with applications and the console. Times are from the event to the frame that shows its effect.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Emulator, startEmulator } from '../src/emulator/emulator.ts';
import { goTo, launchBrowser, openReport } from '../test/browser/browser.ts';
import { envOf, runCli, temporaryFolder } from '../test/support/cli.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    keys: { type: 'string', default: '0' },
    consents: { type: 'string', default: '0' },
  },
});
const [keys, consents] = [Number(values.keys), Number(values.consents)];
await using folder = await temporaryFolder();
const file = (name: string): string => join(folder.path, name);

const emulator = await startEmulator({ users: Number(values.users) });
putMany(emulator);
const included = keys + consents === 0 ? [] : ['--include', 'access_key,application,third_party_app,console'];
const synced = await runCli(['sync', '--out', file('sync.json'), ...included], {
  env: { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey },
});
if (synced.code !== 0) {
  throw new Error(synced.stderr);
}
await emulator.close();
let started = performance.now();
const { code, stdout, stderr } = await runCli(['report', file('sync.json'), '--out', file('report.html')]);
if (code !== 0) {
  throw new Error(stderr);
}
const megabytes = (name: string): string => `${(statSync(file(name)).size / 1e6).toFixed(1)} MB`;
console.log(
  `file ${megabytes('sync.json')}, page ${megabytes('report.html')}, made in ` +
    `${Math.round(performance.now() - started)} ms: ${stdout.trim().split(': ')[1]}`,
);

const browser = await launchBrowser();
try {
  started = performance.now();
  const { page, complaints } = await openReport(browser, file('report.html'));
  console.log(`opened in ${Math.round(performance.now() - started)} ms`);
  await goTo(page, '#/people', '.grid-row');
  await new Promise((resolve) => setTimeout(resolve, 2500)); // the search's index is made when the browser is idle
  for (const [name, times] of Object.entries(await page.evaluate(measure))) {
    const sorted = times.toSorted((left, right) => left - right);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
    console.log(
      `${name}: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms (${times.length} times)`,
    );
  }
  const { JSHeapUsedSize = 0 } = await page.metrics();
  console.log(`heap ${Math.round(JSHeapUsedSize / 1e6)} MB, complaints ${complaints.length}`);
} finally {
  await browser.close();
}

/** Keys of three kinds in turn: with a role in the whole project, with one inside a tenant, and bound to somebody. */
function putMany({ state }: Emulator): void {
  const userIds = Array.from(state.users(), ({ userId }) => userId);
  const [app] = state.thirdPartyApps();
  for (let at = 0; at < keys; at++) {
    const held = [
      { roleNames: ['Viewer'] },
      { keyTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }] },
      { boundUserId: userIds[at % userIds.length] ?? '' },
    ][at % 3];
    state.putAccessKey({ id: `K2bench${at}`, name: `Key ${at}`, ...held });
  }
  for (let at = 0; at < consents; at++) {
    state.putConsent({ appId: app?.id ?? '', userId: userIds[at % userIds.length] ?? '', scopes: ['orders'] });
  }
}

/** Runs in the page. */
async function measure(): Promise<Record<string, number[]>> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const time = async (act: () => void): Promise<number> => {
    const start = performance.now();
    act();
    await frame();
    return performance.now() - start;
  };
  const times = {
    search: [] as number[],
    scroll: [] as number[],
    'first sort': [] as number[],
    'sort again': [] as number[],
    'other part': [] as number[],
  };
  const input = document.querySelector<HTMLInputElement>('input[type=search]');
  const grid = document.querySelector<HTMLElement>('.grid');
  if (input === null || grid === null) {
    throw new Error('there is no list to measure');
  }
  for (const query of ['a', 'ag', 'agn', 'agni', 'agnie', 'smith', 'sorensen 12', 'zz', 'ada lovelace', 'acme', '']) {
    times.search.push(
      await time(() => {
        input.value = query;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }),
    );
  }
  for (let step = 0; step < 200; step++) {
    times.scroll.push(
      await time(() => {
        grid.scrollTop += 1731;
      }),
    );
  }
  for (const button of document.querySelectorAll<HTMLElement>('.grid-header button')) {
    times['first sort'].push(await time(() => button.click()));
    times['sort again'].push(await time(() => button.click()));
  }
  for (const hash of [
    '#/overview',
    '#/findings/privileged-role',
    '#/findings/never-verified',
    '#/tenants/acme',
    '#/roles/Viewer',
    '#/permissions/customers.read',
    '#/keys',
    '#/apps',
    '#/findings/consent-forever',
    '#/console',
    '#/people',
  ]) {
    times['other part'].push(
      await time(() => {
        location.hash = hash;
      }),
    );
  }
  return times;
}
