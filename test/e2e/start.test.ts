import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, quickStart, temporaryFolder } from '../support/cli.ts';
import { bundledFiles, type Loads, loadsOf, packageOf, tellingLoads } from '../support/loads.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What a sync into a JSON file has no use for. */
const notForSync =
  /^src\/(?:server|emulator|observe|doctor)\/|^src\/answers\/(?!csv-schema|csv-others|ways)|^src\/cli\/(?:serve|init|prompts|console-stream|derived-files)\.|^src\/config\/config-file\.|^src\/output\/(?:c1z|last-c1z)|node_modules\/(?:@opentelemetry|@inquirer|prom-client|hucre|yaml|pino-pretty)\//;
/** What a command that asks Descope nothing has no use for, either. */
const notForSmall =
  /^src\/(?:descope\/(?!base-url)|resources|output|sync|gen)\/|^src\/connector\.|node_modules\/(?:got|pino|listr2|string-width|@bufbuild)\//;

describe('a sync', () => {
  let loads: Loads & { readonly code: number | null };

  beforeAll(async () => {
    const emulator = await startEmulator({ users: 5 });
    loads = await loadsOf(['sync', '--out', 'sync.json'], envOf(emulator));
    await emulator.close();
  });

  it('loads what it needs from few files, none of them a package', () => {
    expect(loads.code).toBe(0);
    expect(loads.modules).toEqual(
      expect.arrayContaining([
        'src/cli/sync.ts',
        'src/connector.ts',
        'src/output/sync-file.ts',
        expect.stringMatching(/node_modules\/got\//),
      ]),
    );
    expect(loads.files.filter((file) => file.startsWith('node_modules/'))).toEqual([]);
    expect(loads.files.length).toBeLessThan(33);
  });

  it('loads nothing of the server, the embedded project, traces, spreadsheets, prompts or a config file that is not there', () => {
    expect(loads.modules.filter((module) => notForSync.test(module))).toEqual([]);
  });

  it('leaves alone what Node itself loads only when it is asked for: fetch', () => {
    expect(loads.hasPart('http')).toBe(true);
    expect(loads.hasPart('internal/deps/undici/undici')).toBe(false);
  });
});

describe('a command that reads no project', () => {
  it.each([
    { args: ['--version'] },
    { args: ['sync', '--help'] },
    { args: ['health-check', '--health-check-port', '1'] },
  ])('loads no client, protocol or logger: $args', async ({ args }) => {
    const { modules } = await loadsOf(args);

    expect(modules).toContain('src/cli/program.ts');
    expect(modules.filter((module) => notForSync.test(module) || notForSmall.test(module))).toEqual([]);
  });
});

describe('a start by hand', () => {
  it.each([
    { args: ['sync', '--out', 'sync.txt'], isSmall: false },
    { args: ['serve', '--listen', 'nowhere'], isSmall: false },
    { args: ['-f', 'sync.txt'], isSmall: false },
    { args: ['sync', '--out', 'sync.json', '--help'], isSmall: true },
    { args: ['health-check', '--health-check-port', 'off'], isSmall: true },
    { args: ['config'], isSmall: true },
    { args: [], isSmall: false },
  ])('takes the flags of the heap where a project may be read, and there alone: $args', async ({ args, isSmall }) => {
    await using folder = await temporaryFolder();
    const { env, read: readLoads } = tellingLoads(folder.path);
    spawnSync(process.execPath, [join(root, 'bin', 'baton-descope.js'), ...args], {
      env: { PATH: process.env['PATH'], ...env },
    });

    expect(readLoads().flags).toEqual(isSmall ? [] : [...quickStart, '--disable-sigusr1']);
  });
});

describe('the bundle', () => {
  const files = bundledFiles();
  const packages = new Set(files.flatMap(({ modules }) => modules.flatMap((module) => packageOf(module) ?? [])));
  const { dependencies } = JSON.parse(read('package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };

  it('leaves to be found only dependencies that have files of their own', () => {
    const outside = new Set(
      files.flatMap(({ imports }) => imports.filter((from) => !from.startsWith('.') && !from.startsWith('node:'))),
    );

    expect([...outside].toSorted()).toEqual(['@grpc/grpc-js', '@grpc/reflection', 'grpc-health-check']);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...outside]));
  });

  it('holds only packages that the bill of materials lists: none is a development dependency', () => {
    const { packages: locked } = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
    };

    expect(packages.size).toBeGreaterThan(30);
    expect([...packages].filter((name) => locked[`node_modules/${name}`]?.dev === true)).toEqual([]);
  });

  it('comes with the licence of every package in it', () => {
    const licences = read('dist/LICENCES.txt');

    expect([...packages].filter((name) => !new RegExp(`(?:^|, )${name} \\d`, 'm').test(licences))).toEqual([]);
  });

  it('names no folder of the machine that made it', () => {
    const folder = join(root, 'dist', 'cli');
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

    expect(texts.some((text) => text.includes('"../../src/cli/sync.ts"'))).toBe(true);
    expect(texts.filter((text) => text.includes(root))).toEqual([]);
  });
});
