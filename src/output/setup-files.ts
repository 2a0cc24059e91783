import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { osCode, osReason } from '../os-reasons.ts';
import type { Secret } from '../secret.ts';

/** A setup to write down: the settings in one file, the key in another beside it. */
export interface SetupFiles {
  readonly path: string;
  readonly projectId: string;
  readonly baseUrl: string | undefined;
  readonly caFile: string | undefined;
  /** Opt-in types; none is not written down. */
  readonly include: readonly string[];
  readonly key: Secret;
  /** The file with the key of the company, where the settings before named one. */
  readonly companyKeyFile?: { readonly text: string } | undefined;
  /** Puts them in the place of files that are there. */
  readonly force: boolean;
}

/** "baton.key" beside "baton.yaml". */
export function keyPathBeside(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.key`);
}

/**
 * Writes both files with mode 0600, or neither: each is written whole under another name first. Without `force` a file
 * that is there makes it a `local-io` error, even one that came into being a moment ago.
 */
export async function writeSetup({ path, key, force, ...setup }: SetupFiles): Promise<void> {
  const { projectId, baseUrl, caFile, include, companyKeyFile } = setup;
  const keyPath = keyPathBeside(path);
  const config = [
    '# Written by `baton-descope init`. All settings: docs/configuration.md',
    `project-id: ${JSON.stringify(projectId)}`,
    ...(baseUrl === undefined ? [] : [`base-url: ${JSON.stringify(baseUrl)}`]),
    ...(caFile === undefined ? [] : [`ca-file: ${JSON.stringify(resolve(caFile))}`]),
    ...(include.length === 0 ? [] : [`include: ${JSON.stringify(include.join(','))}`]),
    `management-key-file: ${JSON.stringify(basename(keyPath))}`,
    ...(companyKeyFile === undefined ? [] : [`company-management-key-file: ${JSON.stringify(companyKeyFile.text)}`]),
    '',
  ].join('\n');
  const added: string[] = [];
  const unfinished: string[] = [];
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    for (const [target, text] of [
      [keyPath, `${key.reveal()}\n`],
      [path, config],
    ] as const) {
      unfinished.push(await writeBeside(target, text));
    }
    for (const [index, target] of [keyPath, path].entries()) {
      const isNew = !existsSync(target);
      await place(unfinished[index] ?? '', target, force);
      added.push(...(isNew ? [target] : []));
    }
  } catch (thrown) {
    await Promise.all(added.map((target) => rm(target, { force: true }).catch(() => undefined)));
    throw new ConnectorError(
      'local-io',
      `cannot write ${path} and its key: ${osReason(thrown, { EEXIST: 'a file is there already (--force overwrites)' })}`,
      { code: osCode(thrown) },
    );
  } finally {
    await Promise.all(unfinished.map((temporary) => rm(temporary, { force: true }).catch(() => undefined)));
  }
}

async function writeBeside(target: string, text: string): Promise<string> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  } finally {
    await handle.close();
  }
  return temporary;
}

/**
 * Puts a file in its place. Without `force` it is linked, which fails where a file exists; a rename would replace that.
 */
async function place(temporary: string, target: string, force: boolean): Promise<void> {
  await (force ? rename(temporary, target) : link(temporary, target));
}
