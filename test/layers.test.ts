import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, layerViolations, type SourceFile } from './support/layers.ts';

const source = join(import.meta.dirname, '..', 'src');

function sourceFiles(): SourceFile[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(source, file).split(sep).join('/'),
      imports: importsOf(readFileSync(file, 'utf8')),
    }))
    .filter(({ path }) => !path.startsWith('gen/'));
}

describe('the source', () => {
  it('imports only from a lower rank or its own folder, and through the doors', () => {
    expect(layerViolations(sourceFiles())).toEqual([]);
  });

  it('needs nothing of Node in what the page shares with the answers', () => {
    const seen = new Map<string, readonly string[]>(sourceFiles().map(({ path, imports }) => [path, imports]));
    const typesAlone = ['../sync-format/summary.ts']; // erased by the bundler

    for (const path of [
      'answers/report-format.ts',
      'answers/report-bytes.ts',
      'answers/access-rules.ts',
      'answers/power.ts',
    ]) {
      expect(
        seen.get(path)?.filter((specifier) => !['./report-format.ts', ...typesAlone].includes(specifier)),
        path,
      ).toEqual([]);
    }
  });

  it('is really looked at: its files, and what they import', () => {
    const files = sourceFiles();

    expect(files.length).toBeGreaterThan(80);
    expect(files.find(({ path }) => path === 'connector.ts')?.imports).toContain('./resources/probe.ts');
    expect(
      files.flatMap(({ imports }) => imports).filter((specifier) => specifier.startsWith('.')).length,
    ).toBeGreaterThan(200);
  });

  it.each([
    { path: 'model/planted.ts', specifier: '../resources/user.ts' },
    { path: 'connector.ts', specifier: './descope/client.ts' },
    { path: 'sync/walk.ts', specifier: '../gen/c1/connector/v2/grant_pb.ts' },
  ])('would not pass with $path importing $specifier', ({ path, specifier }) => {
    const files = [...sourceFiles(), { path, imports: [specifier] }];

    expect(layerViolations(files)).toEqual([expect.stringContaining(path)]);
  });
});

describe('the layer rule', () => {
  it.each([
    ['resources/user.ts', '../model/ids.ts'],
    ['resources/user.ts', './syncer.ts'],
    ['resources/user.ts', '../descope/rows.ts'],
    ['model/ids.ts', '../errors.ts'],
    ['model/ids.ts', '../gen/x_pb.ts'],
    ['output/sync-file.ts', '../gen/x_pb.ts'],
    ['server/server.ts', '../gen/x_pb.ts'],
    ['sync/run.ts', '../connector.ts'],
    ['answers/index.ts', '../model/ids.ts'],
    ['connector.ts', './resources/user.ts'],
    ['doctor/doctor.ts', '../descope/client.ts'],
    ['emulator/deep/api.ts', '../project.ts'],
    ['emulator/api.ts', '../loopback.ts'],
    ['version.ts', '../package.json'],
    ['cli/main.ts', '../descope/client.ts'],
    ['report-page/data/decode.ts', '../../answers/report-bytes.ts'],
    ['report-page/data/access.ts', '../../answers/access-rules.ts'],
    ['report-page/data/analysis.ts', '../../answers/power.ts'],
    ['model/ids.ts', 'node:path'],
    ['model/ids.ts', '@bufbuild/protobuf'],
  ])('lets %s import %s', (path, specifier) => {
    expect(layerViolations([{ path, imports: [specifier] }])).toEqual([]);
  });

  it.each([
    ['model/ids.ts', '../connector.ts', 'rank 1 imports rank 6'],
    ['model/ids.ts', '../descope/rows.ts', 'rank 1 imports rank 1'],
    ['resources/user.ts', '../provisioning/grant.ts', 'rank 3 imports rank 3'],
    ['server/server.ts', '../sync/walk.ts', 'rank 7 imports rank 7'],
    ['answers/open.ts', '../output/last-sync.ts', 'rank 7 imports rank 7'],
    ['answers/open.ts', '../descope/client.ts', 'answers may not open descope'],
    ['errors.ts', './log.ts', 'rank 0 imports rank 0'],
    ['connector.ts', './doctor/doctor.ts', 'rank 6 imports rank 6'],
    ['connector.ts', './descope/client.ts', 'connector.ts may not open descope'],
    ['sync/run.ts', '../descope/client.ts', 'sync may not open descope'],
    ['resources/user.ts', '../gen/x_pb.ts', 'resources may not open gen'],
    ['cli/main.ts', '../gen/x_pb.ts', 'cli may not open gen'],
    ['emulator/api.ts', '../model/ids.ts', 'the emulator knows nothing of ours'],
    ['emulator/api.ts', '../connector.ts', 'the emulator knows nothing of ours'],
    ['report-page/main.ts', '../answers/open.ts', 'the page knows its data and the rules, and nothing else'],
    ['cli/report.ts', '../report-page/main.ts', 'rank 8 imports rank 8'],
    ['answers/report.ts', '../report-page/main.ts', 'rank 7 imports rank 8'],
    ['cli/main.ts', '../utils/text.ts', 'nobody has given utils a rank'],
    ['cli/main.ts', '../../test/support/x.ts', 'nobody has given .. a rank'],
    ['cli/main.ts', '../../package.json', 'nobody has given .. a rank'],
    ['cli/main.ts', '../constructor/x.ts', 'nobody has given constructor a rank'],
  ])('stops %s from importing %s', (path, specifier, why) => {
    expect(layerViolations([{ path, imports: [specifier] }])).toEqual(
      expect.arrayContaining([expect.stringContaining(why)]),
    );
  });

  it('stops a top-level folder or file that nobody has placed', () => {
    expect(layerViolations([{ path: 'helpers/x.ts', imports: [] }])).toEqual([
      'helpers/x.ts: nobody has given helpers a rank',
    ]);
    expect(layerViolations([{ path: 'helper.ts', imports: [] }])).toEqual([
      'helper.ts: nobody has given helper.ts a rank',
    ]);
  });
});

describe('the reader of imports', () => {
  it.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import {\n  a,\n  b,\n} from './a.ts';", ['./a.ts']],
    ["import type { A } from '../a.ts';", ['../a.ts']],
    ["export type { A } from './a.ts';", ['./a.ts']],
    ["export * from './a.ts';", ['./a.ts']],
    ["import './a.ts';", ['./a.ts']],
    ['import x from "./a.ts";', ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ["// import { a } from './a.ts';", []],
    ["/* import { a } from './a.ts'; */", []],
    ["const url = 'https://a.example'; import { a } from './a.ts';", ['./a.ts']],
    ["const a = 'imported';", []],
  ])('finds in %j: %j', (code, expected) => {
    expect(importsOf(code)).toEqual(expected);
  });
});
