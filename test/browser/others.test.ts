import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretCanary, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { writeByHand } from '../support/edge-files.ts';
import { otherWorld } from '../support/other-world.ts';
import { smallProject } from '../support/project-fixture.ts';
import { otherGrantsIn, otherGrantsOf } from '../support/report-others.ts';
import { inflated, projectOf } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';
import { chromium, drawn, goTo, launchBrowser, openReport } from './browser.ts';
import { cutThings, faintTexts } from './looks.ts';

const bad = '</script><script>alert(1)</script>\u202Etxt';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = (name: string): string => join(folder.path, name);

/** The embedded project with all that it tells, secrets where the service might show them included. */
async function syncEverything(): Promise<void> {
  const emulator = await startEmulator({
    users: 300,
    switches: { ssoSecrets: 'shown', keySecrets: 'shown', appSecrets: 'shown' },
  });
  for (const { id } of emulator.state.accessKeys()) {
    emulator.state.putAccessKey({ id, customClaims: { token: secretCanary } });
  }
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  const { code, stderr } = await runCli(['sync', '--include', 'all', '--out', file('all.json')], { env });
  await emulator.close();
  expect(code, stderr).toBe(0);
}

describe.skipIf(chromium === undefined)('keys, apps and the console, in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await syncEverything();
    await writeByHand(file('bad.json'), otherWorld(bad));
    await writeSync(file('small.json'), smallProject());
    for (const name of ['all', 'bad', 'small']) {
      const { code, stderr } = await runCli(['report', file(`${name}.json`), '--out', file(`${name}.html`)]);
      expect(code, stderr).toBe(0);
    }
    await runCli(['report', file('all.json'), '--humans-only', '--out', file('people.html')]);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  const parts = [
    '#/overview',
    '#/keys',
    `#/keys/${encodeURIComponent(`K1${bad}`)}`,
    '#/keys/K2',
    '#/apps',
    '#/console',
  ];

  it('ask for nothing and complain of nothing, whatever the names are', async () => {
    const { page, complaints } = await openReport(browser, file('bad.html'));
    for (const hash of [
      ...parts,
      `#/apps/${encodeURIComponent(`A1${bad}`)}`,
      `#/console/${encodeURIComponent(`D1${bad}`)}`,
      '#/people/U1',
      '#/people/U2',
      '#/tenants/eu',
      '#/roles/Chief',
      '#/permissions/admin.all',
      '#/findings/key-never-expires',
      '#/findings/app-wide-consent',
    ]) {
      await goTo(page, hash, 'main');
      await drawn(page);
      expect(await page.$$eval('#report script, #report img, #report iframe', (found) => found.length)).toBe(0);
      expect(await page.evaluate(() => document.body.innerText.includes('\u202E')), hash).toBe(false);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('show all that the file tells of them, and no secret', async () => {
    const project = await projectOf(file('all.json'));
    expect(otherGrantsOf(project)).toEqual(await otherGrantsIn(file('all.json')));

    const html = await readFile(file('all.html'), 'utf8');
    const data = /id="data">([^<]*)/.exec(html)?.[1] ?? '';
    expect(html).not.toContain(secretCanary);
    expect(Buffer.from(inflated(data)).toString('latin1')).not.toContain(secretCanary);
    expect(Buffer.from(inflated(data)).toString('latin1')).toContain('Nightly export');
  });

  it('list each key with its end, its owner and from where it may be used', async () => {
    const { page } = await openReport(browser, file('all.html'), '#/keys');
    await page.waitForSelector('.grid-row');

    expect(await texts(page, '.tabs a')).toEqual(expect.arrayContaining(['Keys', 'Apps', 'Console']));
    expect(await texts(page, 'h2')).toEqual(['Access keys 12', 'Management keys 6']);
    const rows = await page.$$eval('section[aria-label="Access keys"] .grid-row', (found) =>
      found.map((row) => Array.from(row.children, ({ textContent }) => textContent)),
    );
    expect(rows.find(([name]) => name?.startsWith('Acme CI') === true)?.slice(0, 4)).toEqual([
      'Acme CI…mpleK1',
      'active',
      'never',
      'itself',
    ]);
    expect(rows.flat()).toContain('192.0.2.0/24');
    await page.close();
  });

  it('narrow a list by what is chosen, and show one key beside it', async () => {
    const { page } = await openReport(browser, file('all.html'), '#/keys');
    await page.waitForSelector('.grid-row');
    await page.select('select[aria-label="Which access keys"]', 'bound');
    await drawn(page);

    expect(await texts(page, 'section[aria-label="Access keys"] .grid-count')).toEqual(['2 of 12 access keys']);
    await goTo(page, '#/keys/K2SampleKeySampleKeySampleK5', '.detail');
    expect(await texts(page, '.detail h3')).toEqual(['What this key can do', 'What its user has']);
    expect(await texts(page, '.detail .facts')).toEqual([expect.stringContaining('Ada Lovelace') as string]);
    expect(await texts(page, '.touching a')).toContain('Roles of a bound key that are ignored');
    await page.close();
  });

  it('say in one line what was not read, with no tab, no list and no finding of it', async () => {
    const { page } = await openReport(browser, file('small.html'));

    expect(await texts(page, '.tabs a')).not.toEqual(expect.arrayContaining(['Keys']));
    expect(await texts(page, '.proof.info')).toContainEqual(
      expect.stringContaining('--include access_key,application,third_party_app,console') as string,
    );
    expect((await texts(page, '.finding-title')).filter((title) => /key|consent|console/i.test(title))).toEqual([]);
    for (const hash of ['#/keys', '#/apps', '#/console']) {
      await goTo(page, hash, 'main > .proof');
      expect(await page.$$eval('main .grid, main .tile', (found) => found.length), hash).toBe(0);
      expect(await texts(page, 'main'), hash).toEqual([
        expect.stringContaining('read. Make the report from') as string,
      ]);
    }
    await page.close();
  });

  it('are without keys by --humans-only, and the page says so', async () => {
    const { page } = await openReport(browser, file('people.html'));

    expect(await texts(page, '.tabs a')).toEqual(expect.arrayContaining(['Apps', 'Console']));
    expect(await texts(page, '.tabs a')).not.toContain('Keys');
    expect(await texts(page, '.proof.info')).toContainEqual(expect.stringContaining('People only') as string);
    expect((await texts(page, '.finding-title')).filter((title) => /keys/i.test(title))).toEqual([]);
    await goTo(page, '#/console', '.grid-row');
    expect(await page.$eval('main', ({ textContent }) => textContent)).not.toContain('company-full-access');
    await page.close();
  });

  it('have a chart of what expires, which is a table as well', async () => {
    const { page } = await openReport(browser, file('bad.html'));
    await page.waitForSelector('.chart svg');
    const charts = await page.$$eval('.chart', (found) =>
      found.map((chart) => ({
        title: chart.querySelector('h3')?.textContent,
        isHidden: chart.querySelector('svg, figure')?.getAttribute('aria-hidden'),
        rows: Array.from(chart.querySelectorAll('.as-table tr'), (row) =>
          Array.from(row.children, ({ textContent }) => textContent).join(' '),
        ),
      })),
    );
    const ends = charts.find(({ title }) => title === 'What expires, by month');

    expect(ends?.isHidden).toBe('true');
    expect(ends?.rows.slice(0, 4)).toEqual([
      'Month Access keys Management keys',
      'over 0 0',
      '2026-11 0 0',
      '2026-12 1 0',
    ]);
    expect(ends?.rows).toHaveLength(15);
    await page.close();
  });

  it.each(['light', 'dark'])('have no text that is too faint, in %s', async (scheme) => {
    const { page } = await openReport(browser, file('all.html'));
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const hash of ['#/keys', '#/apps', '#/console', '#/keys/K2SampleKeySampleKeySampleK9']) {
      await goTo(page, hash, '.grid-row');
      expect(await page.evaluate(faintTexts), hash).toEqual([]);
    }
    await page.close();
  });

  it.each([320, 390, 768, 1024, 1280, 1600])('at a width of %i cut no header and no table', async (width) => {
    for (const name of ['bad', 'all']) {
      const { page } = await openReport(browser, file(`${name}.html`));
      await page.setViewport({ width, height: 844 });
      for (const hash of [...parts, '#/findings/key-expired', '#/findings/consent-forever', '#/tenants/acme']) {
        await goTo(page, hash, 'main');
        await drawn(page);
        expect(await page.evaluate(cutThings), `${name} ${hash}`).toEqual([]);
      }
      await page.close();
    }
  });

  it('name on a telephone what each line of a card is', async () => {
    const { page } = await openReport(browser, file('all.html'));
    await page.setViewport({ width: 390, height: 844 });
    await goTo(page, '#/keys', '.card-row');

    expect(
      await page.$eval('.card-row', (card) =>
        Array.from(card.querySelectorAll('.card-label'), ({ textContent }) => textContent),
      ),
    ).toEqual([
      'Status',
      'Expires',
      'Acts as',
      'Privileged',
      'Roles',
      'Permissions',
      'Age in days',
      'May be used from',
      'Made by',
      'Inherited',
      'Tenants',
      'Ignored roles',
    ]);
    await page.close();
  });

  it('are printed with all their columns, and nothing to scroll', async () => {
    const { page } = await openReport(browser, file('all.html'));
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));

    expect(await texts(page, '.print-title')).toEqual(expect.arrayContaining(['Keys', 'Apps', 'Console']));
    expect(await page.$$eval('.grid', (found) => found.length)).toBe(0);
    const caption = 'Access keys';
    const headers = await page.$$eval(
      '.printed',
      (tables, wanted) =>
        Array.from(
          tables.find((table) => table.querySelector('caption')?.textContent === wanted)?.querySelectorAll('th') ?? [],
          ({ textContent }) => textContent,
        ),
      caption,
    );
    expect(headers).toEqual(expect.arrayContaining(['Expires', 'Acts as', 'Made by', 'Ignored roles']));

    await page.setViewport({ width: 688, height: 1000 }); // A4 without its margins: what is wider makes all pages smaller
    await page.emulateMediaType('print');
    const wide = await page.$$eval('.printed', (tables) =>
      tables
        .filter((table) => table.getBoundingClientRect().right > innerWidth + 1)
        .map(({ textContent }) => textContent),
    );
    expect(wide).toEqual([]);
    await page.close();
  });
});

async function texts(page: Page, selector: string): Promise<string[]> {
  return await page.$$eval(selector, (found) => found.map(({ textContent }) => textContent ?? ''));
}
