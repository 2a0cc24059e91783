import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { chromium, drawn, goTo, launchBrowser, openReport } from './browser.ts';
import { cutThings, faintTexts } from './looks.ts';

const bad = '</script><script>alert(1)</script>\u202Etxt';
const lists = {
  tenants: [tenant('acme', { name: `Acme ${bad}` })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const person = (name: string, isIn = true): ReturnType<typeof user> =>
  user(`U-${name}`, { name: `${name} ${bad}`, userTenants: isIn ? [inTenant('acme', 'Editor')] : [] });
/** Bob comes with the second week, and goes with the fourth; Cyd loses what she had in the fourth. */
const days: readonly (readonly [day: number, users: readonly ReturnType<typeof user>[]])[] = [
  [0, [person('Ada'), person('Cyd')]],
  [8, [person('Ada'), person('Cyd'), person('Bob')]],
  [22, [person('Ada'), person('Cyd', false)]],
];

describe.skipIf(chromium === undefined)('the timeline of a store, in a real browser', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let browser: Browser;
  let html = '';
  beforeAll(async () => {
    folder = await temporaryFolder();
    html = join(folder.path, 'store.html');
    const store = join(folder.path, 'access.db');
    for (const [day, users] of days) {
      await writeDay(join(folder.path, 'day.json'), day, { ...lists, users: [...users] });
      await importDay(store, join(folder.path, 'day.json'));
    }
    expect((await runCli(['report', store, '--out', html])).code).toBe(0);
    expect(
      (await runCli(['report', join(folder.path, 'day.json'), '--out', join(folder.path, 'file.html')])).code,
    ).toBe(0);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  const texts = async (page: Page, selector: string): Promise<readonly (string | null)[]> =>
    await page.$$eval(selector, (found) => found.map(({ textContent }) => textContent));
  const rows = async (page: Page, section: string): Promise<readonly string[]> =>
    await page.$$eval(`section[aria-label^="${section}"] .grid-row`, (found) =>
      found.map((row) => Array.from(row.children, ({ textContent }) => textContent).join('|')),
    );

  it('counts what was gained and lost by week, and asks for nothing', async () => {
    const { page, complaints } = await openReport(browser, html, '#/timeline');
    await page.waitForSelector('.grid-row');

    expect(await texts(page, '.tabs [aria-current]')).toEqual(['Timeline']);
    expect(await texts(page, '.tile-value')).toEqual(['2', '4', '1', '1']);
    expect(await rows(page, 'Weeks')).toEqual(['2026-01-26|0|4|0|1', '2026-01-12|2|0|1|0']);
    expect(await texts(page, '.as-table tr')).toEqual([
      'Week ofGainedLost',
      '2026-01-1220',
      '2026-01-1900',
      '2026-01-2604',
    ]);
    expect(await page.$$eval('.chart svg rect', (bars) => bars.length)).toBe(2);
    expect(await page.$$eval('#report script, #report img', (found) => found.length)).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows who it was, after a click on the week or on its bar', async () => {
    const { page, complaints } = await openReport(browser, html, '#/timeline');
    await page.waitForSelector('.grid-row');
    await page.click('.grid-row');
    await page.waitForSelector('section[aria-label="Week of 2026-01-26"] .grid-row');
    const shown = await rows(page, 'Week of');

    expect(shown.map((row) => row.split('|').slice(0, 2).join(' ').slice(0, 8).trim())).toEqual([
      'went Bob',
      'lost Bob',
      'lost Bob',
      'lost Cyd',
      'lost Cyd',
    ]);
    expect(shown[0]).toContain('13 January 2026, 06:00 UTC – 27 January 2026, 06:00 UTC');
    expect(await page.evaluate(() => document.body.innerText.includes('\u202E'))).toBe(false);

    await page.$eval('.chart svg a', (bar) => bar.dispatchEvent(new MouseEvent('click', { bubbles: true })));
    await page.waitForSelector('section[aria-label="Week of 2026-01-12"] .grid-row');
    await goTo(page, '#/timeline/2026-01-26', 'section[aria-label="Week of 2026-01-26"] .grid-row:nth-child(4)');
    await page.$$eval('section[aria-label^="Week of"] .grid-row', (found) =>
      found
        .find((row) => row.textContent.startsWith('lostCyd'))
        ?.dispatchEvent(new MouseEvent('click', { bubbles: true })),
    );
    await page.waitForSelector('.detail');
    expect(await page.evaluate(() => location.hash)).toBe('#/people/U-Cyd');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is no part of a page that was made from a file, and an address of it says why', async () => {
    const { page } = await openReport(browser, join(folder.path, 'file.html'));

    expect(await texts(page, '.tabs a')).not.toContain('Timeline');
    await goTo(page, '#/timeline', 'section[aria-label="Timeline"]');
    expect(await texts(page, 'main')).toEqual([expect.stringContaining('Make it from a store')]);
    await page.close();
  });

  it.each([320, 390, 768, 1280])('at a width of %i cuts no header and no table', async (width) => {
    const { page } = await openReport(browser, html);
    await page.setViewport({ width, height: 844 });
    for (const hash of ['#/timeline', '#/timeline/2026-01-26']) {
      await goTo(page, hash, '.grid-row');
      expect(await page.evaluate(cutThings), hash).toEqual([]);
    }
    await page.close();
  });

  it.each(['light', 'dark'])('has no text that is too faint, in %s', async (scheme) => {
    const { page } = await openReport(browser, html);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await goTo(page, '#/timeline/2026-01-26', '.grid-row');
    expect(await page.evaluate(faintTexts)).toEqual([]);
    await page.close();
  });

  it('is printed with all its weeks', async () => {
    const { page, complaints } = await openReport(browser, html);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await drawn(page);

    expect((await texts(page, '.print-title')).slice(0, 2)).toEqual(['Timeline', 'Findings']);
    expect(await texts(page, 'section[aria-label="Weeks"] tbody tr')).toEqual(['2026-01-260401', '2026-01-122010']);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
