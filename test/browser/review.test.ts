import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { readDecisions } from '../../src/review/read-decisions.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { writeByHand } from '../support/edge-files.ts';
import { otherWorld } from '../support/other-world.ts';
import { decideAll, syncEmbedded } from '../support/reviews.ts';
import { chromium, drawn, launchBrowser, openReport } from './browser.ts';
import { cutThings, faintTexts } from './looks.ts';
import { savedText } from './saved.ts';

const bad = '</script><script>alert(1)</script>\u202Etxt';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = (name: string): string => join(folder.path, name);

async function newReview(sync: string, scope: string, out: string): Promise<void> {
  const who = ['--reviewer', 'rita@acme.example', '--due', '2027-01-31'];
  const { code, stderr } = await runCli(['review', 'new', file(sync), '--scope', scope, ...who, '--out', file(out)]);
  expect(code, stderr).toBe(0);
}

describe.skipIf(chromium === undefined)('the page of a review, in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const emulator = await startEmulator({ users: 300 });
    await syncEmbedded(emulator, file('sync.json'));
    await emulator.close();
    await writeByHand(file('bad.json'), otherWorld(bad));
    await newReview('sync.json', 'tenant:acme', 'acme.html');
    await newReview('sync.json', 'all', 'all.html');
    await newReview('bad.json', 'all', 'bad.html');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  /** Opens a page that nobody has decided anything in. */
  async function openFresh(name: string, hash = ''): Promise<Awaited<ReturnType<typeof openReport>>> {
    // A context keeps nothing of another one.
    const opened = await openReport(await browser.createBrowserContext(), file(name), hash);
    return opened;
  }

  /** What the file says that the page saves. */
  async function saved(page: Page): Promise<string> {
    const client = await page.createCDPSession();
    await client.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: folder.path,
      browserContextId: page.browserContext().id ?? '',
    });
    await rm(file('decisions.json'), { force: true });
    await press(page, 'Save decisions');
    return await savedText(file('decisions.json'));
  }

  it('asks for nothing and complains of nothing, whatever the names are', async () => {
    const { page, complaints } = await openFresh('bad.html');
    for (const hash of ['#/', '#/holding/0', '#/holding/1', '#/holding/2', '#/holding/99999', '#/%E0%A4%A']) {
      await page.evaluate((to) => (location.hash = to), hash);
      await drawn(page);
      expect(await page.$$eval('#report script, #report img, #report iframe', (found) => found.length)).toBe(0);
      expect(await page.evaluate(() => document.body.innerText.includes('\u202E')), hash).toBe(false);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('tells what is reviewed, by whom, from what, and what it does not show', async () => {
    const { page } = await openFresh('acme.html');

    expect(await textOf(page, 'h1')).toBe('Access review: tenant Acme (acme)');
    const cover = await textOf(page, '.cover');
    expect(cover).toContain('rita@acme.example');
    expect(cover).toContain('2027-01-31');
    expect(cover).toContain('read everything, and proved it');
    expect(cover).toMatch(/sha256:[0-9a-f]{64}/);
    expect(cover).toContain('does not show');
    await page.close();
  });

  it('keeps what is decided by mouse and by keyboard, also when it is loaded anew', async () => {
    const { page } = await openFresh('acme.html');
    await page.click('.grid-row:nth-of-type(1) .decision.keep');
    await page.focus('.grid');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('q');
    await page.keyboard.press('r');
    await page.waitForFunction(() => document.activeElement?.id === 'reason');
    await page.keyboard.type('left the team');
    await page.keyboard.press('Enter');
    await drawn(page);
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('grid');

    await page.reload();
    await page.waitForSelector('html[data-ready=yes]');
    await drawn(page);
    expect(await textOf(page, '.progress p')).toMatch(/^3 of \d+ decided: 1 keep, 1 revoke, 1 question;/);
    const { rows } = readDecisions('d', await saved(page));
    expect(rows.slice(0, 3).map(({ decision, reason }) => [decision, reason])).toEqual([
      ['keep', undefined],
      ['question', undefined],
      ['revoke', 'left the team'],
    ]);
    await page.close();
  });

  it('says that a revoke needs a reason, and lists those without one', async () => {
    const { page } = await openFresh('acme.html');
    await page.focus('.grid');
    await page.keyboard.press('r');
    await page.waitForFunction(() => document.activeElement?.id === 'reason');
    expect(await textOf(page, '.needs')).toContain('1 to revoke without a reason');

    await page.select('select[aria-label="Which holdings"]', 'withoutReason');
    await drawn(page);
    expect(await textOf(page, '.grid-count')).toMatch(/^1 of /);
    await page.type('#reason', 'gone');
    await drawn(page);
    expect(await textOf(page, '.grid-count')).toMatch(/^0 of /);
    await page.close();
  });

  it('decides of all that a search leaves, takes it back, and leaves out what was decided', async () => {
    const { page } = await openFresh('acme.html');
    await page.focus('.grid');
    await page.keyboard.press('k');
    await page.type('input[type=search]', 'lovelace');
    await drawn(page);
    const found = Number(/^(\d+) of/.exec(await textOf(page, '.grid-count'))?.[1]);
    expect(found).toBeGreaterThan(1);
    expect(await page.$eval('.bulk button:nth-of-type(2)', (button) => button.disabled)).toBe(true);

    await page.type('.bulk input[type=text]', 'moved to another team');
    await press(page, 'Revoke all');
    await drawn(page);
    expect(await textOf(page, '.progress p')).toContain(`1 keep, ${found} revoke`);
    await press(page, 'Undo');
    await drawn(page);
    expect(await textOf(page, '.progress p')).toContain('1 keep, 0 revoke');
    await page.close();
  });

  it('takes decisions over from a file, and none from a file of another review or one that was changed', async () => {
    await decideAll(file('acme.html'), file('other-place.json'), ({ held }) =>
      held === 'member of Acme' ? { decision: 'keep' } : undefined,
    );
    await decideAll(file('all.html'), file('foreign.json'), () => ({ decision: 'keep' }));
    const text = await readFile(file('other-place.json'), 'utf8');
    await writeFile(file('changed.json'), text.replace('"decision":"keep"', '"decision":"question"'));
    await writeFile(file('no.json'), '{"format":');
    const { page } = await openFresh('acme.html');
    const alerts: string[] = [];
    for (const name of ['foreign.json', 'changed.json', 'no.json']) {
      await upload(page, file(name));
      await page.waitForSelector('.file-tools [role=alert]');
      alerts.push(await textOf(page, '.file-tools [role=alert]'));
      expect(await textOf(page, '.progress p')).toMatch(/^0 of/);
    }
    expect(alerts.map((alert) => alert.split('.')[0])).toEqual([
      'These decisions are of another review, or of an earlier page of this one',
      'This file was changed after it was saved',
      'This is no file of decisions that this page can read',
    ]);

    await upload(page, file('other-place.json'));
    await page.waitForFunction(() => document.querySelector('.announced')?.textContent.includes('taken over') === true);
    expect(await textOf(page, '.progress p')).not.toMatch(/^0 of/);
    expect(await page.$('.file-tools [role=alert]')).toBeNull();
    await page.close();
  });

  it('warns where the browser keeps nothing', async () => {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(() => {
      Object.defineProperty(globalThis, 'localStorage', {
        get: () => {
          throw new Error('denied');
        },
      });
    });
    await page.goto(`file://${file('acme.html')}`);
    await page.waitForSelector('html[data-ready=yes]');

    expect(await textOf(page, '[role=alert]')).toContain('does not keep your decisions');
    await page.close();
  });

  it('shows what is inherited with where it comes from, and does not let it be decided', async () => {
    const { page } = await openFresh('all.html');
    await page.select('select[aria-label="Which holdings"]', 'shown');
    await drawn(page);
    expect(await page.$$('.grid-row .decision')).toEqual([]);
    await page.focus('.grid');
    await page.keyboard.press('r');
    await drawn(page);
    expect(await textOf(page, '.announced')).toContain('not decided here');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.detail .proof');
    expect(await textOf(page, '.detail .proof')).toContain('inherited: ');
    await page.close();
  });

  it('draws only the rows in sight', async () => {
    const { page } = await openFresh('all.html');
    await page.select('select[aria-label="Which holdings"]', 'all');
    await drawn(page);

    expect(await page.$$eval('.grid-row', (rows) => rows.length)).toBeLessThan(60);
    expect(Number(/^([\d,]+)/.exec(await textOf(page, '.grid-count'))?.[1]?.replace(',', ''))).toBeGreaterThan(500);
    await page.close();
  });

  it.each([320, 390, 768, 1024, 1360])('at a width of %i cuts nothing', async (width) => {
    for (const name of ['bad.html', 'acme.html']) {
      const { page } = await openFresh(name);
      await page.setViewport({ width, height: 844 });
      await drawn(page);
      for (const hash of ['#/', '#/holding/0']) {
        await page.evaluate((to) => (location.hash = to), hash);
        await drawn(page);
        expect(await page.evaluate(cutThings), `${name} ${hash}`).toEqual([]);
      }
      await page.close();
    }
  });

  it.each(['light', 'dark'])('has no text that is too faint, in %s', async (scheme) => {
    const { page } = await openFresh('acme.html');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.focus('.grid');
    for (const key of ['k', 'q', 'r'] as const) {
      await page.keyboard.press(key);
      await drawn(page);
    }
    expect(await page.evaluate(faintTexts)).toEqual([]);
    await page.close();
  });

  it('is printed with its cover, a place to sign, and every holding with its decision', async () => {
    const { page } = await openFresh('acme.html');
    await page.focus('.grid');
    await page.keyboard.press('k');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));

    expect(await page.$$eval('.sign dt', (found) => found.map(({ textContent }) => textContent))).toContain(
      'Signature',
    );
    expect(await page.$eval('.printed tbody tr', ({ textContent }) => textContent)).toContain('Keep');
    const [to, besides] = await page.evaluate(() => [
      document.querySelectorAll('.printed tbody tr').length,
      document.querySelectorAll('.grid').length,
    ]);
    expect(to).toBeGreaterThan(30);
    expect(besides).toBe(0);
    await page.close();
  });
});

async function textOf(page: Page, selector: string): Promise<string> {
  return await page.$eval(selector, ({ textContent }) => textContent);
}

async function press(page: Page, name: string): Promise<void> {
  const buttons = await page.$$('button');
  for (const button of buttons) {
    if ((await button.evaluate(({ textContent }) => textContent)) === name) {
      await button.click();
      return;
    }
  }
  throw new Error(`there is no button ${name}`);
}

async function upload(page: Page, path: string): Promise<void> {
  await page.evaluate(() => document.querySelector('.file-tools [role=alert]')?.remove());
  const input = await page.$('input[type=file]');
  await (input as unknown as { uploadFile(path: string): Promise<void> } | null)?.uploadFile(path);
}
