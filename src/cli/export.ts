import { readFile } from 'node:fs/promises';
import { anonymised } from '../answers/anonymous.ts';
import { unknownNotes } from '../answers/answer-text.ts';
import { chooseColumns } from '../answers/csv-tables.ts';
import { printable } from '../answers/printable.ts';
import { createPseudonyms } from '../answers/pseudonyms.ts';
import type { SyncSource } from '../answers/source.ts';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import { createAtomicFile } from '../output/atomic-file.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { ndjsonInto } from '../output/ndjson-file.ts';
import { checkOutput, chooseOutput, kindOf, targetNamed } from '../output/outputs.ts';
import { newSyncId } from '../sync/sync-id.ts';
import { writeDerived } from './derived-files.ts';
import { derivedOutputs } from './derived-outputs.ts';
import { copySource } from './copy-source.ts';
import { checkGraphTarget, writeGraph } from './export-graph.ts';
import { chooseFile } from './file-argument.ts';
import { refuseOtherProject } from './last-output.ts';
import type { CommandContext } from './command-context.ts';
import { projectNotes } from './project-notes.ts';
import { readIndex } from './read-index.ts';
import { isStdout } from './stdout-names.ts';
import { openInput, type WhenFlags } from './stored.ts';
import { tell, tellPlainly } from './tell.ts';
import { besideTarget, temporaryPlace } from '../output/work-places.ts';
import { fullPath, shownStore } from '../store-url.ts';

export interface ExportFlags extends WhenFlags {
  readonly out: string;
  readonly format?: 'opengraph';
  readonly since?: string;
  readonly replaceOtherProject?: boolean;
  readonly anonymise?: boolean;
  readonly anonymiseKey?: string;
  readonly columns?: string;
  readonly humansOnly?: boolean;
}

/** One file, or the newest one here, as another kind of file. */
export async function exportOnce(
  file: string | undefined,
  flags: ExportFlags,
  { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const isStream = isStdout(flags.out);
  const kind = isStream ? '.ndjson' : kindOf(flags.out);
  const target = isStream ? fullPath(flags.out) : targetNamed(flags.out);
  if (flags.since !== undefined && kind !== '.xlsx') {
    throw new ConnectorError('config', '--since is for a spreadsheet: end the name after --out with .xlsx');
  }
  if (flags.columns !== undefined && kind !== '.csv') {
    throw new ConnectorError('config', '--columns is for tables: end the name after --out with .csv');
  }
  if (flags.humansOnly === true && kind !== '.csv' && kind !== '.xlsx') {
    throw new ConnectorError(
      'config',
      '--humans-only is for tables and spreadsheets: a file for a platform that left out keys would have them deleted there',
    );
  }
  if (kind === '.db') {
    throw new ConnectorError(
      'config',
      `to put a file into a store, run "baton-descope history import --into ${printable(shownStore(flags.out))} FILE"`,
    );
  }
  const isGraph = flags.format === 'opengraph';
  if (isGraph && !isStream && kind !== '.json') {
    throw new ConnectorError('config', '--format opengraph is JSON: end the name after --out with .json, or give -');
  }
  const tables = flags.columns === undefined ? undefined : chooseColumns(flags.columns);
  const key = await keyOf(flags);
  if (!isStream) {
    await checkOutput(target, derivedOutputs);
    await sweepLeftovers(target);
  }
  const work = isStream ? temporaryPlace() : besideTarget(target);
  const path = fullPath(await chooseFile(file, { env, except: [flags.since, flags.out], work }));
  const { at, project } = flags;
  await using original = await openInput(path, { work, at, project });
  const pseudonyms = flags.anonymise === true ? createPseudonyms(key ?? keyOfProject(original)) : undefined;
  const seen = (opened: SyncSource): SyncSource => (pseudonyms === undefined ? opened : anonymised(opened, pseudonyms));
  const source = seen(original);
  if (isGraph && !isStream) {
    await checkGraphTarget(target, path);
  }
  const notes = isStream
    ? []
    : [...(await refuseOtherProject(target, source.summary.projectId, flags.replaceOtherProject === true, signal))];
  if (kind === '.csv' || kind === '.xlsx') {
    await using older =
      flags.since === undefined
        ? undefined
        : await readIndex(fullPath(flags.since), signal, {
            work,
            humansOnly: flags.humansOnly,
            isWhole: true,
            open: async (older, place) => seen(await openInput(older, { work: place })),
          });
    await using index = await readIndex(path, signal, {
      work,
      humansOnly: flags.humansOnly,
      isWhole: true,
      open: async () => source,
    });
    (older === undefined ? [] : projectNotes(older, index)).forEach((note) => tell('warn', note));
    await writeDerived(index, target, { since: older, tables });
    notes.push(...unknownNotes(index.unknown));
  } else if (isGraph) {
    await writeGraph(
      source,
      isStream ? (await import('./stdout-file.ts')).stdoutFile() : await createAtomicFile(target),
      signal,
    );
  } else {
    await copySource(
      source,
      isStream
        ? ndjsonInto((await import('./stdout-file.ts')).stdoutFile())
        : await chooseOutput(target)({ syncId: newSyncId(timeOf(source)), now: () => timeOf(source) }),
      signal,
    );
  }
  (isStream ? tellPlainly : print)(
    [
      ...notes,
      ...(pseudonyms === undefined ? [] : anonymousNotes(key !== undefined)),
      ...(isStream ? [] : [`Wrote ${printable(target)}`]),
    ].join('\n'),
  );
}

const shortestKey = 16;

/** The key of the pseudonyms, from a file that somebody chose. */
async function keyOf({ anonymise, anonymiseKey }: ExportFlags): Promise<Uint8Array | undefined> {
  if (anonymiseKey === undefined) {
    return undefined;
  }
  if (anonymise !== true) {
    throw new ConnectorError('config', '--anonymise-key is for --anonymise: give both');
  }
  const bytes = await readFile(anonymiseKey).catch((thrown: unknown) => {
    throw new ConnectorError(
      'local-io',
      `cannot read ${anonymiseKey}, the key of the pseudonyms (${osCode(thrown)}); make one, for instance with: head -c 32 /dev/urandom`,
    );
  });
  if (bytes.length < shortestKey) {
    throw new ConnectorError(
      'config',
      `${anonymiseKey} has ${bytes.length} bytes, too few for the key of the pseudonyms: give it ${shortestKey} or ` +
        'more, for instance with: head -c 32 /dev/urandom',
    );
  }
  return bytes;
}

/** The key when the user gives none: the same for every file of a project, so that two of them can be compared. */
function keyOfProject({ summary }: SyncSource): Uint8Array {
  return Buffer.from(`baton-descope pseudonyms of ${summary.projectId ?? ''}`, 'utf8');
}

function anonymousNotes(hasKey: boolean): readonly string[] {
  return [
    'note: names, ids, addresses, texts and attributes are pseudonyms, the same in every file of this project; ' +
      'counts, times, statuses and relations are real',
    ...(hasKey
      ? []
      : [
          'note: whoever knows the project id can test guesses; --anonymise-key FILE, with a secret in it, prevents that',
        ]),
  ];
}

/** When the sync of a file ended; a `.c1z` made of the file carries the same time. */
function timeOf({ summary }: SyncSource): number {
  const ms = Date.parse(summary.finishedAt ?? '');
  return Number.isNaN(ms) ? Date.now() : ms;
}
