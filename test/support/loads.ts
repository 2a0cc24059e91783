import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli, temporaryFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist', 'cli');
const tellLoads = fileURLToPath(new URL('tell-loads.ts', import.meta.url));

/** What a run of the built program loaded. Paths count from the project's folder. */
export interface Loads {
  readonly files: readonly string[];
  /** The modules, as they were before they were bundled, that lie in those files. */
  readonly modules: readonly string[];
  /** Whether a part of Node's own was loaded, by its path in Node's `lib`. */
  readonly hasPart: (name: string) => boolean;
  /** What Node itself was told on its command line. */
  readonly flags: readonly string[];
}

/** Runs the built program to its end in a folder of its own. */
export async function loadsOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Loads & { readonly code: number | null }> {
  await using folder = await temporaryFolder();
  const telling = tellingLoads(folder.path);
  const { code } = await runCli(args, { env: { ...env, ...telling.env }, cwd: folder.path });
  return { code, ...telling.read() };
}

/** The environment of a run that tells what it loaded, and how to read that when it is over. */
export function tellingLoads(folder: string): {
  readonly env: Readonly<Record<string, string>>;
  readonly read: () => Loads;
} {
  const path = join(folder, 'loads.json');
  return { env: { NODE_OPTIONS: `--import=${tellLoads}`, LOADS: path }, read: () => readLoads(path) };
}

function readLoads(path: string): Loads {
  const { files, parts, flags } = JSON.parse(readFileSync(path, 'utf8')) as Pick<Loads, 'files' | 'flags'> & {
    readonly parts: readonly string[];
  };
  const chunks = files.filter((file) => dirname(file) === program);
  return {
    files: files.map((file) => relative(root, file)),
    modules: chunks.flatMap((chunk) => modulesIn(readFileSync(chunk, 'utf8'))),
    hasPart: (name) => parts.includes(`NativeModule ${name}`),
    flags,
  };
}

/** Every file of the built program, with the modules that lie in it and what it imports. */
export function bundledFiles(): readonly {
  readonly name: string;
  readonly modules: readonly string[];
  readonly imports: readonly string[];
}[] {
  return readdirSync(program)
    .filter((name) => name.endsWith('.js'))
    .map((name) => {
      const text = readFileSync(join(program, name), 'utf8');
      return {
        name,
        modules: modulesIn(text),
        imports: Array.from(
          text.matchAll(/^(?:import|export) (?:[^"'\n]* from )?"([^"]+)";$/gm),
          ([, from = '']) => from,
        ),
      };
    });
}

/** The name of the package that a module belongs to; undefined for our own. */
export function packageOf(module: string): string | undefined {
  return /^node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
}

/** The bundler says before each module which one it was. */
function modulesIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/^\/\/ ((?:src|node_modules)\/\S+)$/gm), ([, module = '']) => module);
}
