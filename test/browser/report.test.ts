import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';
import { chromium, drawn, goTo, launchBrowser, openReport } from './browser.ts';
import { cutThings, faintTexts } from './looks.ts';
import { savedText } from './saved.ts';

const hostile = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  'Ada\u202Eecalevol',
  '"><svg onload=alert(3)>',
  '${alert(4)}',
  'javascript:alert(5)',
  '=cmd',
  '__proto__',
];

/** Every name of every thing is hostile; each user holds something. */
function hostileProject(): Rows {
  return {
    users: hostile.map((name, at) =>
      user(`u${at}${name}`, {
        name,
        email: name,
        loginIds: [name],
        roleNames: at === 0 ? [name] : [],
        userTenants: [inTenant(hostile[(at + 1) % hostile.length] ?? '', hostile[(at + 2) % hostile.length] ?? '')],
      }),
    ),
    tenants: hostile.map((name) => tenant(name, { name })),
    roles: hostile.map((name, at) => role(name, { description: name, permissionNames: hostile.slice(at, at + 2) })),
    permissions: hostile.map((name) => permission(name, { description: name })),
  };
}

/** Two people who share a name, one of them disabled, each with access of their own. */
function twoOfOneName(): Rows {
  return {
    users: [
      user('U1', {
        name: 'Sam Lee',
        email: 'sam.one@acme.example',
        loginIds: ['sam.one@acme.example'],
        verifiedEmail: true,
        userTenants: [inTenant('acme', 'Editor')],
      }),
      user('U2', {
        name: 'Sam Lee',
        email: 'sam.two@acme.example',
        loginIds: ['sam-two'],
        verifiedEmail: true,
        status: 'disabled',
        userTenants: [inTenant('acme', 'Editor')],
      }),
    ],
    tenants: [tenant('acme', { name: 'Acme' })],
    roles: [role('Editor', { permissionNames: ['write'] }), role('Viewer', { permissionNames: ['view'] })],
    permissions: ['write', 'read', 'see', 'view', 'list'].map((name) => permission(name)),
  };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = (name: string): string => join(folder.path, name);

describe.skipIf(chromium === undefined)('the report, in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeSync(file('small.json'), smallProject());
    await writeSync(file('hostile.json'), hostileProject());
    await runCli(['report', file('small.json'), '--out', file('small.html')]);
    await writeSync(file('people.json'), twoOfOneName());
    await writeSync(file('people-before.json'), {
      ...twoOfOneName(),
      users: twoOfOneName().users.map((one, at) =>
        Object.assign({}, one, { userTenants: [], roleNames: at === 0 ? ['Viewer'] : [] }),
      ),
    });
    await runCli(['report', file('people.json'), '--since', file('people-before.json'), '--out', file('people.html')]);
    await runCli(['report', file('hostile.json'), '--since', file('small.json'), '--out', file('hostile.html')]);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  it('asks for nothing and complains of nothing, on every part, whatever the names are', async () => {
    const { page, complaints } = await openReport(browser, file('hostile.html'));
    const name = encodeURIComponent(hostile[0] ?? '');
    const roleId = encodeURIComponent((hostile[0] ?? '').replaceAll('/', '%2F'));
    for (const [hash, selector] of [
      ['#/overview', '.chart svg'],
      ['#/findings', '.finding-list'],
      ['#/people', '.grid-row'],
      ['#/changes', '.grid-row'],
      ['#/about', '.levels'],
      [`#/tenants/${name}`, '.path-node'],
      [`#/roles/${roleId}`, '.path-node'],
      [`#/permissions/${name}`, '.path-node'],
      ['#/%E0%A4%A', '.tile'],
    ] as const) {
      await goTo(page, hash, selector);
      expect(
        await page.$$eval('#report script, #report img, #report svg svg, #report iframe', (found) => found.length),
      ).toBe(0);
    }

    await goTo(page, '#/people', '.grid-row');
    const names = await columnOf(page, 0);
    expect(names).toHaveLength(hostile.length);
    expect(names).toEqual(expect.arrayContaining([hostile[0], hostile[1], 'AdaU+202Eecalevol', hostile[3]]));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('names people with login and user id wherever it names them, in saved lists too', async () => {
    const { page } = await openReport(browser, file('people.html'));
    const client = await page.createCDPSession();
    await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder.path });
    for (const [hash, below] of [
      ['#/people', 'main'],
      ['#/people/U1', 'main'],
      ['#/findings/disabled-user-access', 'main'],
      ['#/tenants/acme', '.detail'],
      ['#/roles/Editor', '.detail'],
      ['#/permissions/write', '.detail'],
      ['#/changes', 'main'],
    ] as const) {
      await goTo(page, hash, `${below} .person-name`);
      const cells = await page.$$eval(`${below} .person-name`, (found) =>
        found.map((element) =>
          Array.from(element.querySelectorAll('a, .person-marks > *'), ({ textContent }) => textContent),
        ),
      );
      expect(
        cells
          .map((cell) => cell.join(' '))
          .filter((name) => !['Sam Lee sam.one@acme.example U1', 'Sam Lee sam-two U2'].includes(name)),
        hash,
      ).toEqual([]);
    }

    await goTo(page, '#/people/U1', '.detail .path-node.person');
    expect(
      await page.$eval('.path-node.person', (element) =>
        Array.from(element.children, ({ textContent }) => textContent),
      ),
    ).toEqual(['Person', 'Sam Lee', 'sam.one@acme.example', 'U1']);
    await page.click('.explorer > .grid-frame .grid-end button');
    const saved = await savedText(file('people.csv'));
    expect(saved.split('\r\n').slice(0, 3)).toEqual([
      '\uFEFFPerson,Login,Email,User id,Status,Direct memberships,Direct roles,Permissions,Privileged',
      'Sam Lee,sam.one@acme.example,sam.one@acme.example,U1,enabled,1,1,1,',
      'Sam Lee,sam-two,sam.two@acme.example,U2,disabled,1,1,1,',
    ]);
    await page.close();
  });

  it('tells tenants and roles of one name apart in pictures, graphs, sentences and lists', async () => {
    const names = ['Twin', 'TWIN'];
    await writeSync(file('twins.json'), {
      users: [
        user('U1', {
          name: 'Ann',
          loginIds: ['ann'],
          roleNames: ['Viewer'],
          userTenants: [inTenant('t1', 'Viewer'), inTenant('t2', 'Viewer')],
        }),
      ],
      tenants: names.map((name, at) => tenant(`t${at + 1}`, { name })),
      roles: [
        role('Viewer', { permissionNames: ['see'] }),
        role('Viewer', { tenantId: 't2', permissionNames: ['see', 'Impersonate'] }),
      ],
      permissions: [permission('see'), permission('Impersonate')],
    });
    await runCli(['report', file('twins.json'), '--out', file('twins.html')]);
    const { page } = await openReport(browser, file('twins.html'));
    await page.waitForSelector('.chart svg text');
    const drawnTexts = await page.$$eval('.chart svg text', (found) =>
      found.map(({ textContent }) => textContent?.replaceAll(/[\u2068\u2069]/g, '') ?? ''),
    );
    expect(drawnTexts).toEqual(expect.arrayContaining(['Twin (t1)', 'TWIN (t2)', 'Viewer']));

    await goTo(page, '#/people/U1/see', '.sentences li');
    expect(
      (
        await page.$$eval('.sentences li', (found) =>
          found.map(({ textContent }) => textContent?.replace(/^.*?→ /, '')),
        )
      ).toSorted(),
    ).toEqual([
      'Viewer (tenant’s own) in TWIN (t2) → see',
      'Viewer (whole project) → see',
      'Viewer in Twin (t1) → see',
    ]);
    expect(
      (
        await page.$$eval('.path-node.place .path-label', (found) => found.map(({ textContent }) => textContent))
      ).toSorted(),
    ).toEqual(['TWIN (t2)', 'Twin (t1)', 'Whole project']);
    await goTo(page, '#/tenants/t2', '.path-node.role');
    expect(
      (
        await page.$$eval('.path-node.role .path-label', (found) => found.map(({ textContent }) => textContent))
      ).toSorted(),
    ).toEqual(['Viewer', 'Viewer (tenant’s own)']);
    await page.close();
  });

  it('could not connect or become markup even if some code in it tried', async () => {
    const { page } = await openReport(browser, file('small.html'));

    const refused = await page.evaluate(async () => {
      const directives: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        directives.push(effectiveDirective),
      );
      const image = new Image();
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
      await fetch('http://127.0.0.1:9/').catch(() => undefined);
      try {
        document.body.insertAdjacentHTML('beforeend', '<b>x</b>');
      } catch {
        // refused, and told as an event
      }
      const frame = document.createElement('iframe');
      frame.src = 'http://127.0.0.1:9/';
      document.body.append(frame);
      for (let tries = 0; tries < 100 && directives.length < 4; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return directives;
    });

    expect(refused.toSorted()).toEqual(['connect-src', 'frame-src', 'img-src', 'require-trusted-types-for']);
    expect(await page.$$eval('body > b', (found) => found.length)).toBe(0);
    await page.close();
  });

  it('shows for each permission exactly who can, where, and how', async () => {
    const { page } = await openReport(browser, file('small.html'));
    const expected: Readonly<Record<string, string[]>> = {
      read: [
        'Ann|Whole project|Editor|direct',
        'Ann|Acme|Editor|direct',
        'Ann|Globex|Editor|inherited from Acme',
        'bob@acme.example|Whole project|Viewer|direct',
        'bob@acme.example|Acme|Editor|direct',
        'bob@acme.example|Globex|Editor|inherited from Acme',
        'cleo|Globex|Viewer|direct',
      ],
      write: [
        'Ann|Whole project|Editor|direct',
        'Ann|Acme|Editor|direct',
        'Ann|Globex|Editor|inherited from Acme',
        'bob@acme.example|Acme|Editor|direct',
        'bob@acme.example|Globex|Editor|inherited from Acme',
        'cleo|Globex|Editor (tenant’s own)|direct',
      ],
      approve: ['bob@acme.example|Acme|Approver|direct', 'bob@acme.example|Globex|Approver|inherited from Acme'],
    };

    for (const [name, ways] of Object.entries(expected)) {
      await goTo(page, `#/permissions/${name}`, '.detail .grid-row');
      const columns = await Promise.all([0, 2, 3, 4].map((column) => columnOf(page, column, '.detail')));
      expect((columns[0] ?? []).map((_, row) => columns.map((column) => column[row]).join('|')).toSorted()).toEqual(
        ways.toSorted(),
      );
    }
    await page.close();
  });

  it('is used by keyboard alone: search, move, open, follow a path', async () => {
    const { page } = await openReport(browser, file('small.html'));

    await page.keyboard.press('/');
    await page.waitForSelector('input[type=search]:focus');
    await page.keyboard.type('ANN');
    await page.waitForFunction(() => document.querySelector('.grid-count')?.textContent === '1 of 4 people');
    await page.keyboard.press('Tab'); // the filter
    await page.keyboard.press('Tab'); // CSV
    await page.keyboard.press('Tab'); // the grid
    expect(await page.$eval(':focus', (element) => element.getAttribute('role'))).toBe('grid');
    expect(await page.$$eval('.grid-row a', (links) => links.filter(({ tabIndex }) => tabIndex !== -1).length)).toBe(0);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.detail .path-node');
    expect(await page.$eval('.detail h2', (element) => element.textContent)).toBe('Ann');

    await page.focus('.detail .grid');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.sentences');
    expect(await page.$$eval('.path-node.permission', (found) => found.length)).toBe(1);
    expect(await page.$eval('.sentences li', (element) => element.textContent)).toMatch(
      /^Ann \(ann\) → Editor .* → (read|write)$/,
    );
    await page.close();
  });

  it('sorts by a column, and says so', async () => {
    const { page } = await openReport(browser, file('small.html'), '#/people');
    await page.waitForSelector('.grid-row');
    const sortedBy = (): Promise<string[]> =>
      page.$$eval('[role=columnheader]', (found) =>
        found
          .map((header) => `${header.textContent} ${header.getAttribute('aria-sort')}`)
          .filter((text) => !text.endsWith('none')),
      );
    expect(await columnOf(page, 0)).toEqual(['Ann', 'bob@acme.example', 'cleo', 'dan']);

    await page.evaluate(() => document.querySelectorAll<HTMLElement>('[role=columnheader] button')[3]?.click());
    await drawn(page);

    expect(await sortedBy()).toEqual(['Direct roles↓ descending']);
    expect(await columnOf(page, 3)).toEqual(['3', '2', '2', '0']);
    await page.close();
  });

  it('is readable in light and in dark: every text has a contrast of 4.5', async () => {
    const { page } = await openReport(browser, file('hostile.html'));
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      for (const [hash, selector] of [
        ['#/overview', '.tile'],
        ['#/people', '.grid-row'],
        [`#/permissions/${encodeURIComponent(hostile[1] ?? '')}`, '.path-node'],
        ['#/changes', '.grid-row'],
      ] as const) {
        await goTo(page, hash, selector);
        expect(await page.evaluate(faintTexts), `${scheme} ${hash}`).toEqual([]);
      }
    }
    await page.close();
  });

  it('has a name for everything that can be used', async () => {
    const { page } = await openReport(browser, file('small.html'));
    for (const hash of ['#/overview', '#/people/ann', '#/findings']) {
      await goTo(page, hash, 'main');
      const nameless = await page.$$eval('a, button, input, select, [role=grid]', (found) =>
        found
          .filter((element) => `${element.textContent}${element.getAttribute('aria-label') ?? ''}`.trim() === '')
          .map((element) => element.outerHTML),
      );
      expect(nameless).toEqual([]);
      expect(
        await page.$$eval('[id]', (found) => found.map(({ id }) => id).filter((id, at, ids) => ids.indexOf(id) !== at)),
      ).toEqual([]);
    }
    await page.close();
  });

  it.each([320, 390, 600, 768, 900, 1024, 1280, 1600])(
    'at a width of %i cuts no header and no table, and shows which part is open',
    async (width) => {
      const { page } = await openReport(browser, file('people.html'));
      await page.setViewport({ width, height: 844 });
      for (const hash of [
        '#/overview',
        '#/findings/disabled-user-access',
        '#/people',
        '#/people/U1',
        '#/tenants',
        '#/tenants/acme',
        '#/roles',
        '#/roles/Editor',
        '#/permissions',
        '#/permissions/write',
        '#/changes',
        '#/about',
      ]) {
        await goTo(page, hash, 'main');
        await drawn(page);
        expect(await page.evaluate(cutThings), hash).toEqual([]);
      }
      await goTo(page, '#/people', '.grid-row');
      expect(await page.$$eval('.cards', (found) => found.length)).toBe(width <= 600 ? 1 : 0);
      await page.close();
    },
  );

  it('shows each row of a long list on a telephone as a card with all its texts, and pages through them', async () => {
    const { page } = await openReport(browser, file('hostile.html'));
    await page.setViewport({ width: 390, height: 844 });
    await goTo(page, '#/people', '.card-row');

    expect(
      await page.$eval('.card-row', (card) =>
        Array.from(card.querySelectorAll('.card-label'), ({ textContent }) => textContent),
      ),
    ).toEqual(['Status', 'Direct memberships', 'Direct roles', 'Permissions', 'Privileged']);
    const tops = await page.$$eval('.card-row', (cards) =>
      cards
        .map((card) => card.getBoundingClientRect())
        .map(({ top, bottom }) => [top, bottom] as const)
        .toSorted(([left], [right]) => left - right),
    );
    expect(tops.slice(1).filter(([top], at) => top < (tops[at]?.[1] ?? 0))).toEqual([]);
    const first = (): Promise<string | null> => page.$eval('.grid-foot span', ({ textContent }) => textContent);
    expect(await first()).toMatch(/^1 to \d of 8 people$/);
    await page.click('.grid-foot button:last-child');
    await page.waitForFunction(
      () => !(document.querySelector('.grid-foot span')?.textContent ?? '').startsWith('1 to '),
    );
    await page.close();
  });

  it('puts changes to look at first, and shows what was lost beside what was gained', async () => {
    const { page } = await openReport(browser, file('people.html'), '#/changes');
    await page.waitForSelector('.grid-row');

    expect(await page.$$eval('.panel h2', (found) => found.map(({ textContent }) => textContent))).toEqual([
      'To look at first 2',
      'Access gained 4',
      'Access lost 1',
      'People 0',
      'Tenants, roles and permissions 0',
    ]);
    expect(await page.$$eval('.tile-value', (found) => found.map(({ textContent }) => textContent))).toEqual([
      '2',
      '4',
      '1',
      '0',
      '0',
    ]);
    const diff = await runCli(['diff', file('people-before.json'), file('people.json')]);
    expect(diff.stdout).toContain('Access: 4 gained, 1 lost');
    await page.close();
  });

  it('prints all its parts without anything to scroll, and is itself again afterwards', async () => {
    const { page } = await openReport(browser, file('small.html'));

    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.$$eval('h2', (found) => found.map((element) => element.textContent))).toEqual(
      expect.arrayContaining([
        'In pictures',
        'User who was never verified',
        'Evaluated, and nothing found',
        'Not evaluated: nothing can be said of these',
        'What proves that everything was read',
        'People',
        'Tenants',
        'Roles',
        'Permissions',
      ]),
    );
    expect(await page.$$eval('.sign dt', (found) => found.map(({ textContent }) => textContent))).toEqual([
      'Reviewer',
      'Date',
      'Signature',
      'Decision and remarks',
    ]);
    expect(await page.$eval('.review', ({ textContent }) => textContent)).toMatch(/sha256:[0-9a-f]{64}/);
    expect(await page.$$eval('.printed .person-name', (found) => found.map(({ textContent }) => textContent))).toEqual(
      expect.arrayContaining(['Annann', 'bob@acme.examplebob', 'cleo', 'dan']),
    );
    const foot = await page.evaluate(() =>
      Array.from(document.styleSheets[0]?.cssRules ?? [], ({ cssText }) => cssText)
        .filter((rule) => rule.startsWith('@page'))
        .join(' '),
    );
    expect(foot).toMatch(/P2fake.*sha256\\?.*[0-9a-f]{64}/s);
    expect(foot).toMatch(/counter\(page\).*counter\(pages\)/s);
    expect(await page.$$eval('.grid', (found) => found.length)).toBe(0);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));

    expect(await page.$$eval('h2', (found) => found.map((element) => element.textContent))).toEqual([
      'What to look at first',
      'In pictures',
    ]);
    expect((await page.pdf({ timeout: 120_000 })).length).toBeGreaterThan(20_000); // a machine with much else to do takes a while
    await page.close();
  });

  it('says that its data is damaged instead of showing less', async () => {
    const html = await readFile(file('small.html'), 'utf8');
    await writeFile(file('cut.html'), html.replace(/(id="data">.{200})[^<]*/, '$1'));

    const { page } = await openReport(browser, file('cut.html'));

    expect(await page.$eval('#report', (element) => element.textContent)).toMatch(/data in this page is damaged/);
    await page.close();
  });
});

/** The texts of a column of the first grid below an element; of people only the names. */
async function columnOf(page: Page, column: number, below = 'main'): Promise<string[]> {
  await page.waitForSelector(`${below} .grid-row`);
  return await page.$$eval(
    `${below} .grid`,
    ([grid], at) =>
      Array.from(
        grid?.querySelectorAll('.grid-row') ?? [],
        (row) => (row.children[at]?.querySelector('.person-name > a') ?? row.children[at])?.textContent ?? '',
      ),
    column,
  );
}
