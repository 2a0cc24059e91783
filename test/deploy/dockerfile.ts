import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** What the checks need to know of the Dockerfile, taken from its own lines. */
export interface ImageFacts {
  /** The COPY and RUN lines of the build stage, in order. */
  readonly build: readonly { readonly word: 'COPY' | 'RUN'; readonly rest: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly entrypoint: readonly [string, ...string[]];
  readonly healthcheck: readonly [string, ...string[]];
}

/** Reads the Dockerfile, as far as ours goes; whether it is a good one is for BuildKit's checks to say. */
export function readImageFacts(): ImageFacts {
  const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
  const stageAt = instructions.findLastIndex(({ word }) => word === 'FROM');
  const last = (word: string): string => {
    const found = instructions.findLast((instruction, at) => at > stageAt && instruction.word === word);
    if (found === undefined) throw new Error(`the Dockerfile's last stage has no ${word}`);
    return found.rest;
  };
  const user = /^(\d+):(\d+)$/.exec(last('USER'));
  if (user === null) throw new Error('USER is not two numbers');
  return {
    build: instructions
      .slice(0, stageAt)
      .flatMap(({ word, rest }) => (word === 'COPY' || word === 'RUN' ? [{ word, rest }] : [])),
    env: Object.fromEntries(
      last('ENV')
        .split(/\s+/)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
    user: { uid: Number(user[1]), gid: Number(user[2]) },
    entrypoint: words(last('ENTRYPOINT')),
    healthcheck: words(last('HEALTHCHECK').replace(/^.*CMD /, '')),
  };
}

function words(json: string): readonly [string, ...string[]] {
  return JSON.parse(json) as [string, ...string[]]; // the exec form is a JSON array, which BuildKit's checks insist on
}
