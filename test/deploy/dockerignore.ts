import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dockerfile.ts';

/**
 * Tells of a path below the root whether it is sent to the builder: as Docker reads .dockerignore, as far as ours goes. The
 * last pattern that matches the path or a folder above it decides. `npm run container:check` asks Docker's own matcher.
 */
export function sentToBuilder(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isSent: line.startsWith('!'), matches: matcher(line.replace(/^!/, '')) }));
  return (path) => {
    const parts = path.split('/');
    const withParents = parts.map((_part, place) => parts.slice(0, place + 1).join('/'));
    return patterns.findLast(({ matches }) => withParents.some((one) => matches.test(one)))?.isSent ?? true;
  };
}

function matcher(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*\/|\*)/)
    .map((part) => (part === '**/' ? '(?:.*/)?' : part === '*' ? '[^/]*' : RegExp.escape(part)));
  return new RegExp(`^${source.join('')}$`);
}

/** The files below the paths that COPY lines of the build stage take from the build's folder. */
export function copiedFiles(build: readonly { readonly word: string; readonly rest: string }[]): readonly string[] {
  const paths = build.flatMap(({ word, rest }) => (word === 'COPY' ? rest.split(' ').slice(0, -1) : []));
  return paths.flatMap((path) =>
    statSync(join(root, path)).isDirectory()
      ? readdirSync(join(root, path), { recursive: true, withFileTypes: true }).flatMap((entry) =>
          entry.isFile() ? [join(entry.parentPath, entry.name).slice(root.length + 1)] : [],
        )
      : [path],
  );
}

export const dockerignore = (): string => readFileSync(join(root, '.dockerignore'), 'utf8');
