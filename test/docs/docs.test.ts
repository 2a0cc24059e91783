import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCapabilities } from '../../scripts/connector-page.ts';
import { engineVariable } from '../../src/cli/fleet-engine.ts';
import { configVariables } from '../../src/config/config-file-path.ts';
import { oneShotFlag, oneShotVariable } from '../../src/config/one-shot.ts';
import { oneShotFlags, type OneShotName } from '../../src/config/one-shot-flags.ts';
import { settings } from '../../src/config/settings.ts';
import { endpoints } from '../../src/descope/endpoints.ts';
import { endpointLabel } from '../../src/descope/http/endpoint.ts';
import { rightOf } from '../../src/descope/http/rights.ts';
import { accountFields } from '../../src/model/account-fields.ts';
import { readFleet } from '../../src/fleet/fleet.ts';
import { createFleetMetrics } from '../../src/fleet/metrics.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { textfileOf } from '../../src/observe/textfile.ts';
import { allFlags, callsIn, wrongWords } from './command-line.ts';
import { brokenLinks, codeIn, pages, readPage, root, withoutCode } from './pages.ts';

const all = pages();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { version, scripts } = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

/** Flags of other programs that the pages name by themselves. */
const foreignFlags = new Set([
  '--ignore-scripts',
  '--loglevel',
  '--omit',
  '--full',
  '--only',
  '--max-semi-space-size',
  '--max-old-space-size',
  '--heap-growing-percent',
  '--disable-sigusr1',
]);
/** Names that look like our settings, and are Compose's or the image's. */
const foreignNames = new Set(['BATON_DESCOPE_IMAGE']);

/** What is deployed: files that call our program or set its environment. */
const deployed = [
  'compose.yaml',
  'compose.fleet.yaml',
  'helm/baton-descope/templates/_helpers.tpl',
  ...['systemd', 'kubernetes'].flatMap((folder) =>
    readdirSync(join(root, 'deploy', folder)).map((name) => `${folder}/${name}`),
  ),
].map((name) => readPage(`deploy/${name}`));

describe('every page', () => {
  it('links to files and headings that are there', () => {
    expect(all.length).toBeGreaterThan(15);
    expect(all.flatMap(brokenLinks)).toEqual([]);
  });

  it('calls our program with commands and flags that --help has', () => {
    const calls = all.flatMap(({ path, text }) =>
      codeIn(text).flatMap(({ code, line }) => callsIn(code).map((words) => ({ words, where: `${path}:${line}` }))),
    );

    expect(calls.length).toBeGreaterThan(20);
    expect(calls.flatMap(({ words, where }) => wrongWords(words).map((wrong) => `${where}: ${wrong}`))).toEqual([]);
  });

  it('names no flag by itself that nobody has', () => {
    const named = all
      .filter(({ path }) => path !== 'CHANGELOG.md')
      .flatMap(({ path, text }) =>
        codeIn(text).flatMap(({ code, line }) =>
          /^--?[a-z]/.test(code) ? [{ flag: code.split(/[ =,]/)[0] ?? '', where: `${path}:${line}` }] : [],
        ),
      );

    expect(named.length).toBeGreaterThan(40);
    expect(
      named
        .filter(({ flag }) => !allFlags.has(flag) && !foreignFlags.has(flag))
        .map(({ flag, where }) => `${where}: ${flag}`),
    ).toEqual([]);
  });

  it('names npm scripts that package.json has', () => {
    const wrong = all.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].flatMap(([, name = '']) =>
        name in scripts ? [] : [`${path}: npm run ${name}`],
      ),
    );

    expect(wrong).toEqual([]);
  });

  it('names files of ours that are there', () => {
    const files = ['src', 'test', 'scripts', 'deploy', 'docs', 'proto', 'bin'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (path) => `/${join(folder, path).replaceAll('\\', '/')}`,
      ),
    );
    const isThere = (name: string): boolean => files.some((path) => path.endsWith(`/${name.replace(/\/$/, '')}`));
    const named = all
      .filter(({ path }) => path !== 'CHANGELOG.md')
      .flatMap(({ path, text }) =>
        codeIn(text)
          .filter(({ code }) => /^(?:src|test|scripts)\/[\w./-]+$|^\w[\w./-]*\.tsx?$/.test(code))
          .map(({ code, line }) => ({ name: code, where: `${path}:${line}` })),
      );

    expect(named.length).toBeGreaterThan(250);
    expect(named.filter(({ name }) => !isThere(name)).map(({ name, where }) => `${where}: ${name}`)).toEqual([]);
  });

  it('names metrics that are served', async () => {
    const metrics = createMetrics({ version: '0' });
    const fleet = readFleet('fleet.yaml', 'version: 1\ndefaults: { key: { env: K } }\nprojects: [{ id: P1 }]', {
      projectId: (text) => text,
      baseUrl: (text) => text,
    });
    const ofFleet = createFleetMetrics({
      version: '0',
      fleet,
      engine: { states: async () => new Map(), events: { states: async () => new Map() } },
      workers: 1,
    });
    const ofRuns = textfileOf(
      {
        projectId: 'P',
        endedAtMs: 0,
        seconds: 0,
        exitCode: 0,
        complete: { finishedAtMs: 0, counts: { resources: { user: 1 }, grants: {} } },
      },
      '',
    );
    const served = new Set(
      [...`${await metrics.render()}\n${await ofFleet.render()}\n${ofRuns}`.matchAll(/^# HELP (\w+)/gm)].map(
        ([, name]) => name,
      ),
    );
    metrics.close();
    ofFleet.close();
    const named = all.flatMap(({ path, text }) =>
      [...text.matchAll(/\bbaton_descope_\w+/g)].map(([name]) => ({ name, path })),
    );

    expect(named.length).toBeGreaterThan(8);
    expect(
      named
        .filter(({ name }) => !served.has(name) && !served.has(name.replace(/_(bucket|sum|count)$/, '')))
        .map(({ name, path }) => `${path}: ${name}`),
    ).toEqual([]);
  });
});

describe('every page and every file of deploy/', () => {
  it('names settings of the environment that are read', () => {
    const names = new Set<string>(Object.values(settings).flatMap(({ env }): readonly string[] => env));
    configVariables.forEach((name) => names.add(name));
    for (const key of ['DESCOPE_MANAGEMENT_KEY', 'DESCOPE_COMPANY_MANAGEMENT_KEY']) {
      for (const name of [key, `BATON_${key}`]) names.add(name).add(`${name}_FILE`);
    }
    (Object.keys(oneShotFlags) as OneShotName[]).forEach((name) => names.add(oneShotVariable(name)));
    // What service mode and the child of another program read besides their settings.
    ['CLIENT_SECRET', 'HOST_ID', 'C1_API_HOST', 'GET_TASKS', 'CONNECTOR_SERVICE_LISTENER_FD'].forEach((name) =>
      names.add(`BATON_${name}`),
    );
    names.add(engineVariable);
    const wrong = [...all, ...deployed].flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![A-Z_])(?:BATON|DESCOPE)_[A-Z_]*[A-Z]\b(?!\*)/g)].flatMap(([name]) =>
        names.has(name) || foreignNames.has(name) ? [] : [`${path}: ${name}`],
      ),
    );

    expect(wrong).toEqual([]);
  });
});

describe('the files of deploy/', () => {
  it('start our program with commands and flags that --help has', () => {
    const calls = deployed.flatMap(({ path, text }) => [
      ...[...text.matchAll(/(?:command|args): \[([^\]]+)\]/g)].map(([, list = '']) => ({
        path,
        words: list.split(',').map((word) => word.trim().replaceAll('"', '')),
      })),
      ...[...text.matchAll(/args:\n((?:.*\n){1,8}?)(?= *ports:)/g)].map(([, list = '']) => ({
        path,
        words: ['fleet', ...[...list.matchAll(/- (--[a-z-]+)/g)].map(([, word = '']) => word)],
      })),
      ...[...text.matchAll(/^ExecStart=\S+ (.+)$/gm)].map(([, line = '']) => ({ path, words: line.split(' ') })),
    ]);

    expect(calls.length).toBe(14);
    expect(calls.flatMap(({ path, words }) => wrongWords(words).map((wrong) => `${path}: ${wrong}`))).toEqual([]);
  });

  it('name the image by the version of package.json', () => {
    const images = [...deployed, readPage('deploy/README.md')].flatMap(({ text }) =>
      [...text.matchAll(/baton-descope:(\d[\w.-]*)/g)].map(([, tag]) => tag),
    );

    expect(images.length).toBeGreaterThan(3);
    expect(new Set(images)).toEqual(new Set([version]));
  });
});

describe('docs/accounts.md', () => {
  it('has every field of an account in its table, in the order of the schema', () => {
    const [, table = ''] = /^\| field \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(readPage('docs/accounts.md').text) ?? [];
    const named = table
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));

    expect(named).toEqual(accountFields.map(({ name }) => name));
  });
});

describe('docs/connector.mdx', () => {
  const { text } = readPage('docs/connector.mdx');
  const prose = withoutCode(text).replace(/^---\n[\s\S]*?\n---\n/, '');

  it('has the front matter and the order of the ecosystem', () => {
    expect(text).toMatch(/^---\ntitle: "Set up an? .+ connector"\n/);
    expect([...prose.matchAll(/^###? (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Capabilities',
      'Connector actions',
      'Gather Descope credentials',
      'Configure the Descope connector',
      'Step 1: Make the secrets',
      'Step 2: Make the configuration',
      'Step 3: Deploy the connector',
      'Step 4: Verify',
      'Troubleshooting',
    ]);
  });

  it('tells what is synced and provisioned as the types say it (renew it with `npm run docs:connector`)', () => {
    expect(text).toMatch(/^\| Identity provider groups, with/m);
    expect(text).toBe(withCapabilities(text));
  });

  it('uses only components that the ecosystem renders, each closed, and no code outside code', () => {
    const allowed = new Set([
      'Card',
      'Check',
      'Frame',
      'Icon',
      'Info',
      'Note',
      'Step',
      'Steps',
      'Tab',
      'Tabs',
      'Tip',
      'Warning',
    ]);
    const tags = [...prose.matchAll(/<(\/?)([A-Za-z]+)[^>]*?(\/?)>/g)].map(([, close, name = '', self]) => ({
      name,
      depth: close === '/' ? -1 : self === '/' ? 0 : 1,
    }));

    expect(tags.filter(({ name }) => !allowed.has(name))).toEqual([]);
    for (const tag of allowed) {
      expect(
        tags.reduce((open, { name, depth }) => (name === tag ? open + depth : open), 0),
        tag,
      ).toBe(0);
    }
    expect(prose).not.toMatch(/[{}]|^(import|export)\b|\son[A-Z]\w+=/m);
  });
});

it('decisions have a number each, the one in their heading', () => {
  const files = readdirSync(join(root, 'docs', 'decisions')).toSorted();
  const numbers = files.map((name) => name.slice(0, 3));

  expect(numbers).toEqual(files.map((_, place) => String(place + 1).padStart(3, '0')));
  expect(files.map((name) => read(`docs/decisions/${name}`).slice(2, 5))).toEqual(numbers);
});

it('docs/where.md has at least 25 changes, and every path in it is there', () => {
  const text = read('docs/where.md');
  const paths = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]*)+|[\w-]+\.json)`/g)].map(([, path = '']) => path);

  expect(text.match(/^\| (?!I want to|---)/gm)?.length).toBeGreaterThanOrEqual(25);
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('docs/docs-info.md names every endpoint that can be called, and no other', () => {
  const named = new Set(
    [...read('docs/docs-info.md').matchAll(/(?:GET|POST|PATCH) \/v\d[^`]+/g)].map(([call]) => call),
  );

  expect([...named].toSorted()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).toSorted());
});

it('docs/docs-info.md names the right that each call needs', () => {
  const rows = [...read('docs/docs-info.md').matchAll(/^\| (`(?:GET|POST|PATCH) .*?) \|.*\| ([^|]*) \|$/gm)];
  const told = new Map(
    rows.flatMap(([, calls = '', right = '']) =>
      [...calls.matchAll(/`([^`]+)`/g)].map(([, call = '']) => [call, right] as const),
    ),
  );

  for (const endpoint of endpoints) {
    const { does, subject } = rightOf(endpoint);
    expect(told.get(endpointLabel(endpoint))).toContain(subject === 'the company' ? subject : `${does} ${subject}`);
  }
});

describe('docs/go-connectors.md', () => {
  it('tells what becomes of every flag that a Go connector takes without a command', () => {
    const { text = '' } = all.find(({ path }) => path === 'docs/go-connectors.md') ?? {};
    const belonging = ['ticket-id', 'template-path', 'base-sync-id', 'applied-sync-id', 'compact-'];

    expect(
      (Object.keys(oneShotFlags) as OneShotName[])
        .map(oneShotFlag)
        .filter((flag) => !text.includes(`\`${flag}\``) && !belonging.some((part) => flag.includes(part))),
    ).toEqual([]);
  });
});
