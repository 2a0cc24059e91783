import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readConfigText } from '../config/config-file-text.ts';
import { parseBaseUrl, parseProjectId } from '../descope/base-url.ts';
import { ConnectorError } from '../errors.ts';
import { whoElseCanChange } from '../file-trust.ts';
import { type Fleet, type FleetProject, projectNamed, readFleet } from '../fleet/fleet.ts';
import { shellWord } from '../shell-word.ts';

const usualFile = 'fleet.yaml';

export interface FleetFileFlags {
  readonly file?: string;
}

/** The fleet of --file, else of ./fleet.yaml where no other user could have written that: it can name programs to run. */
export function openFleet({ file }: FleetFileFlags): Fleet {
  const path = file ?? usualFile;
  if (!existsSync(path)) {
    throw new ConnectorError(
      'config',
      file === undefined
        ? `there is no ${usualFile} here: docs/fleet.md has one to begin with; another is named with --file`
        : `there is no file ${path}`,
    );
  }
  const problem = file === undefined ? whoElseCanChange(resolve(path), process.cwd()) : undefined;
  if (problem !== undefined) {
    throw new ConnectorError(
      'config',
      `./${usualFile} is not used: ${problem}, so another user could have written it; if it is yours, name it: --file ${shellWord(path)}`,
    );
  }
  return readFleet(path, readConfigText({ path, by: 'name' }), { projectId: parseProjectId, baseUrl: parseBaseUrl });
}

/** The projects that words name, each once; all of them without words. */
export function projectsNamed(fleet: Fleet, words: readonly string[]): readonly FleetProject[] {
  return words.length === 0 ? fleet.projects : [...new Set(words.map((word) => projectNamed(fleet, word)))];
}
