// Leaves in node_modules only what the bundle does not carry: the packages that read files from beside their own code,
// with all that they need. For the image; run it after the build, in a folder that is thrown away. Usage: node
// runtime-modules.ts [FOLDER]
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** What `program.ts` leaves outside the bundle; test/e2e/package.test.ts holds the two together. */
export const runtimePackages = ['@grpc/grpc-js', '@grpc/reflection', 'grpc-health-check'] as const;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The folders of these packages and of everything that they depend on, below `folder`/node_modules. */
export function runtimeFolders(folder: string, names: readonly string[] = runtimePackages): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const place = folderOf(name, from);
    if (place === undefined) {
      throw new Error(`${name}, which ${relative(folder, from) || 'the program'} needs, is not installed`);
    }
    if (!found.has(place)) {
      found.add(place);
      const { dependencies = {} } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
      // Types are read by compilers only.
      Object.keys(dependencies)
        .filter((needed) => !needed.startsWith('@types/'))
        .forEach((needed) => visit(needed, place));
    }
  };
  names.forEach((name) => visit(name, folder));
  return [...found].toSorted();
}

/** Where Node finds a package from there: the nearest node_modules that has it. */
function folderOf(name: string, from: string): string | undefined {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')));
}

function keepOnly(folder: string): void {
  const modules = join(folder, 'node_modules');
  const kept = join(folder, 'node_modules.kept');
  const folders = runtimeFolders(folder);
  for (const place of folders.filter((one) => !folders.some((other) => one.startsWith(`${other}/`)))) {
    const target = join(kept, relative(modules, place));
    mkdirSync(dirname(target), { recursive: true });
    renameSync(place, target);
  }
  rmSync(modules, { recursive: true, force: true });
  renameSync(kept, modules);
}

if (import.meta.main) {
  keepOnly(resolve(process.argv[2] ?? '.'));
}
