import { accessSync, constants } from 'node:fs';
import { type Browser, launch, type Page } from 'puppeteer-core';

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine; undefined when there is none. Nothing is ever downloaded. */
export const chromium = places.find((place) => place !== undefined && isRunnable(place));

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function launchBrowser(): Promise<Browser> {
  if (chromium === undefined) {
    throw new Error('there is no Chromium on this machine: apt-get install chromium, or name one in CHROMIUM');
  }
  // No sandbox: it does not start for root, as in CI. The only page opened is our own.
  return await launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page with a report open, and whatever it did that it should not: requests, errors, warnings, dialogs. */
export interface OpenReport {
  readonly page: Page;
  readonly complaints: readonly string[];
}

export async function openReport(browser: Pick<Browser, 'newPage'>, path: string, hash = ''): Promise<OpenReport> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1360, height: 900 });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`file://${path}`) && !request.url().startsWith('blob:')) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.goto(`file://${path}${hash}`);
  await page.waitForSelector('html[data-ready]', { timeout: 60_000 });
  return { page, complaints };
}

/** Goes to another part of an open report, and waits until it is drawn. */
export async function goTo(page: Page, hash: string, selector: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await page.waitForSelector(selector);
  await drawn(page);
}

/**
 * Resolves when the browser has drawn what the last event changed. A headless one that has nothing to draw gives no
 * frame.
 */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
        setTimeout(resolve, 250);
      }),
  );
}
