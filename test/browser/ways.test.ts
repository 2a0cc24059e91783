import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { binding, flows, type HandWritten, held, maps, resource, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { smallProject } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';
import { chromium, drawn, goTo, launchBrowser, openReport } from './browser.ts';
import { cutThings, faintTexts } from './looks.ts';

const bad = '</script><script>alert(1)</script>';

/** The companies, and names that would be markup: of a tenant below, of a group, and of what a certificate says. */
function hostileCompanies(): HandWritten {
  const world = companies();
  const sso = { tenant_id: 'acme', sso_id: 'okta' };
  return {
    ...world,
    resources: [
      ...world.resources.filter(({ message }) => message.id?.resource !== 'acme/okta'),
      resource('tenant', 'bad', bad, { parent: 'eu', profile: { role_inheritance: bad } }),
      binding('bad', 'Editor'),
      resource('idp_group', 'acme/okta/bad', bad, {
        parent: 'acme',
        profile: { ...sso, group_name: bad, unknown_roles: [bad] },
      }),
      resource('sso_configuration', 'acme/okta', bad, {
        parent: 'acme',
        profile: {
          ...sso,
          enforce_sso: true,
          exclusions: [bad],
          certificates: [{ subject: bad, not_after: '2020-01-01T00:00:00Z' }],
        },
      }),
    ],
    grants: [
      ...world.grants,
      flows('role_binding:bad/Editor', 'role_binding:acme/Editor', 'acme', { reason: bad }),
      held('idp_group:acme/okta/bad', 'user:U2'),
      maps('role_binding:acme/Editor', 'idp_group:acme/okta/bad', { via: 'group_mapping' }),
    ],
  };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = (name: string): string => join(folder.path, name);

describe.skipIf(chromium === undefined)('inherited and future access, in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeByHand(file('companies.json'), hostileCompanies());
    await runCli(['report', file('companies.json'), '--out', file('companies.html')]);
    await writeSync(file('none.json'), smallProject(), { inheritance: 'none' });
    await runCli(['report', file('none.json'), '--out', file('none.html')]);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  const parts = [
    ['#/overview', '.tile'],
    ['#/next-login', '.grid-row'],
    ['#/tenants', '.grid-row'],
    ['#/tenants/eu', '.tree'],
    ['#/tenants/acme', '.path-node.group'],
    ['#/people/U2', '.path-node'],
    ['#/people/U2/approve/berlin', '.sentences'],
    ['#/roles/Editor', '.path-node'],
    ['#/permissions/write', '.grid-row'],
    ['#/findings/certificate-expired', '.grid-row'],
    ['#/findings/sso-exclusion', '.grid-row'],
    ['#/findings/mapping-to-gone-role', '.grid-row'],
    ['#/about', '.levels'],
  ] as const;

  it('asks for nothing and complains of nothing, whatever groups, tenants and certificates are called', async () => {
    const { page, complaints } = await openReport(browser, file('companies.html'));
    for (const [hash, selector] of parts) {
      await goTo(page, hash, selector);
      expect(await page.$$eval('#report script, #report img, #report iframe', (found) => found.length)).toBe(0);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes from the role above through every tenant between, dashed and with the reason where it is uncertain', async () => {
    const { page } = await openReport(browser, file('companies.html'), '#/people/U2/approve/berlin');
    await page.waitForSelector('.path-node.permission');

    expect(await texts(page, '.path-node .path-label')).toEqual([
      'Bob',
      'Acme',
      'Approver',
      'EU',
      'Approver',
      'approve',
    ]);
    expect(
      await page.$$eval('.path-graph-inner .path-line', (found) =>
        found.map((line) => [
          line.classList.contains('uncertain'),
          getComputedStyle(line).getPropertyValue('stroke-dasharray') !== 'none',
        ]),
      ),
    ).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
      [true, true],
    ]);
    expect(await texts(page, '.sentences li')).toEqual([
      'Bob (U2) → Approver in Acme → passed on by EU → inherited: Approver in Berlin (uncertain: only if the setting ' +
        'of the lower tenant decides, which Descope’s texts leave open; a tenant on the way is disabled) → approve',
    ]);
    await page.close();
  });

  it('limits a list to what is direct', async () => {
    const { page } = await openReport(browser, file('companies.html'), '#/permissions/approve');
    await page.waitForSelector('.detail .grid-row');
    expect((await column(page, 4)).toSorted()).toEqual([
      'direct',
      'inherited from Acme',
      'uncertain inherited from Acme',
    ]);

    await page.select('.detail select[aria-label="Which ways"]', 'direct');
    await drawn(page);

    expect(await column(page, 4)).toEqual(['direct']);
    await page.close();
  });

  it('shows where a tenant stands in the tree, and who can act there, and how', async () => {
    const { page } = await openReport(browser, file('companies.html'), '#/tenants/berlin');
    await page.waitForSelector('.tree');

    expect(await texts(page, '.tree li')).toEqual([
      'Acme memberships and rolessetting empty, read as full inheritance',
      'EU memberships and rolessetting empty, read as full inheritance',
      'Berlin setting empty, read as full inheritance',
    ]);
    const people = await page.$$eval('.grid[aria-label^="People of Berlin"] .grid-row', (rows) =>
      rows.map((row) => [
        row.querySelector('.person-name a')?.textContent,
        row.children[2]?.textContent?.replaceAll('\u00A0', ' '),
      ]),
    );
    expect(people.toSorted((left, right) => (left[0] ?? '').localeCompare(right[0] ?? ''))).toEqual([
      ['Ada', 'direct'],
      ['Bob', 'inherited from Acme'],
      ['Cem', 'inherited from Acme'],
      ['Dora', 'uncertain inherited from EU'],
    ]);
    expect(await texts(page, '.facts div')).toContain('People with access4: 1 direct, 3 inherited');
    await page.close();
  });

  it('tells what the next login changes, and counts nobody of it as a holder', async () => {
    const { page } = await openReport(browser, file('companies.html'), '#/next-login');
    await page.waitForSelector('.grid-row');

    expect(await texts(page, '.tile-value')).toEqual(['2', '0', '3', '1']);
    expect(await texts(page, '.panel h2')).toEqual([
      'Who will gain a role 2',
      'Roles for everybody who signs in 3',
      'Revokes that come back 1',
    ]);
    await goTo(page, '#/people/U3', '.path-node.group');
    expect(await page.$$eval('.path-graph-inner .path-line.future', (found) => found.length)).toBeGreaterThan(0);
    await goTo(page, '#/roles/Editor', '.facts');
    expect(await texts(page, '.facts div')).toContain('People who hold it directly1, of them 0 in the whole project');
    await page.close();
  });

  it('says what it cannot know of a file whose sync derived nothing and read no single sign-on', async () => {
    const { page } = await openReport(browser, file('none.html'), '#/overview');
    await page.waitForSelector('.proof');
    const told = (await texts(page, '.proof')).join(' ');
    expect(told).toContain('What tenants inherit from those above them is not shown');
    expect(told).toContain('cannot tell who will gain a role at the next login');

    await goTo(page, '#/next-login', '.clear');
    expect(await texts(page, '.clear')).toEqual([expect.stringContaining('--include sso_configuration,idp_group')]);
    await goTo(page, '#/tenants/globex', '.tree');
    expect((await texts(page, '.tree li')).join(' ')).toContain('the file does not tell');
    await page.close();
  });

  it('has a contrast that can be read, in light and in dark mode', async () => {
    const { page } = await openReport(browser, file('companies.html'));
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      for (const [hash, selector] of parts) {
        await goTo(page, hash, selector);
        expect(await page.evaluate(faintTexts), `${value} ${hash}`).toEqual([]);
      }
    }
    await page.close();
  });

  it.each([320, 390, 768, 1024, 1280, 1600])('at a width of %i cuts no header and no table', async (width) => {
    const { page } = await openReport(browser, file('companies.html'));
    await page.setViewport({ width, height: 844 });
    for (const [hash] of parts) {
      await goTo(page, hash, 'main');
      await drawn(page);
      expect(await page.evaluate(cutThings), hash).toEqual([]);
    }
    await page.close();
  });

  it('prints what the next login changes, too', async () => {
    const { page } = await openReport(browser, file('companies.html'));
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));

    expect(await texts(page, '.print-title')).toEqual([
      'Findings',
      'Next login',
      'People',
      'Tenants',
      'Roles',
      'Permissions',
      'Keys',
      'About',
    ]);
    expect(await page.$$eval('.grid', (found) => found.length)).toBe(0);
    await page.close();
  });
});

async function texts(page: Page, selector: string): Promise<string[]> {
  return await page.$$eval(selector, (found) => found.map(({ textContent }) => textContent ?? ''));
}

async function column(page: Page, at: number): Promise<string[]> {
  return await page.$$eval(
    '.detail .grid',
    ([grid], place) =>
      Array.from(grid?.querySelectorAll('.grid-row') ?? [], (row) => row.children[place]?.textContent ?? ''),
    at,
  );
}
