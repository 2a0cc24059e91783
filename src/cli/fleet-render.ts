import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConnectorError } from '../errors.ts';
import { kubernetesObjects, serviceAccount, serviceAccountName } from '../fleet/kubernetes.ts';
import { writeWholeFolder } from '../output/whole-folder.ts';
import type { CommandContext } from './command-context.ts';
import { type FleetFileFlags, openFleet, projectsNamed } from './fleet-file.ts';
import { writeResult } from './results.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';

export interface FleetRenderFlags extends FleetFileFlags {
  readonly image: string;
  readonly namespace: string;
  readonly secret: string;
  readonly secretKey: string;
  readonly envSecret?: string;
  readonly claim?: string;
  readonly storage: string;
  readonly out?: string;
}

/** What the files of a folder begin with, so that those of an earlier run are known. */
const head = '# Made by "baton-descope fleet render kubernetes": make it anew, and do not edit it.\n';

/** Prints a CronJob for each project, or writes a file for each into a folder. Nothing is asked of any cluster. */
export async function renderKubernetes(
  words: readonly string[],
  { out, envSecret, claim, ...flags }: FleetRenderFlags,
  { signal, print }: Pick<CommandContext, 'signal' | 'print'>,
): Promise<void> {
  checkNames({ ...flags, envSecret, claim });
  const fleet = openFleet(flags);
  const projects = projectsNamed(fleet, words);
  const options = { ...flags, envSecret, claim };
  const made = [
    { name: serviceAccountName, objects: [serviceAccount(options)] },
    ...kubernetesObjects(projects, options),
  ].map(({ name, objects }) => ({
    name: `${name}.yaml`,
    text: objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n'),
  }));
  const grouped = projects.filter(({ group }) => group !== undefined);
  if (grouped.length > 0) {
    tell(
      'warn',
      `${counted(grouped.length, 'project')} in groups: CronJobs know nothing of each other, and keep no budget of a group`,
    );
  }
  if (out === undefined) {
    await writeResult([head, made.map(({ text }) => text).join('---\n')], signal);
    return;
  }
  const files = made.map(({ name, text }) => ({ name, bytes: bytesOf(head + text) }));
  const names = files.map(({ name }) => name);
  await writeWholeFolder(out, files, [...new Set([...names, ...(await madeBefore(out))])]);
  print(`${counted(projects.length, 'project')} in ${out}: kubectl apply --filename ${out}`);
}

/** The files of an earlier run, which go: a CronJob of a project that is no more must not be applied again. */
async function madeBefore(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const yaml = names.filter((name) => name.endsWith('.yaml'));
  const texts = await Promise.all(yaml.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return yaml.filter((_name, place) => texts[place]?.startsWith(head) === true);
}

// oxlint-disable-next-line typescript/require-await -- what is written comes in pieces
async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const objectName = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;

/** Refuses what the API server would refuse, before any file is written. {name} and {id} are filled in later. */
function checkNames(names: Readonly<Record<string, string | undefined>>): void {
  const wrong = (flag: string, what: string): ConnectorError =>
    new ConnectorError('config', `--${flag} must be ${what}`);
  const plain = (text: string): string => text.replaceAll('{name}', 'x').replaceAll('{id}', 'x');
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(names['namespace'] ?? '')) {
    throw wrong('namespace', 'small letters, digits and dashes, 63 at most');
  }
  for (const [flag, text] of [
    ['secret', plain(names['secret'] ?? '')],
    ['env-secret', names['envSecret']],
    ['claim', names['claim']],
  ] as const) {
    if (text !== undefined && (!objectName.test(text) || text.length > 253)) {
      throw wrong(flag, 'the name of an object: small letters, digits, dashes and dots');
    }
  }
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(plain(names['secretKey'] ?? ''))) {
    throw wrong('secret-key', 'the name of an entry of a Secret: letters, digits, dashes, dots and _');
  }
  if (!/^[1-9]\d{0,5}(Mi|Gi|Ti)$/.test(names['storage'] ?? '')) {
    throw wrong('storage', 'a size such as 2Gi');
  }
  if (!/^[^\s@]+(@sha256:[0-9a-f]{64})?$/.test(names['image'] ?? '')) {
    throw wrong('image', 'the name of an image, such as registry.example/baton-descope@sha256:...');
  }
}
