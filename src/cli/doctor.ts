import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { resolveSettings } from '../config/load.ts';
import { companyKeyFinder, keyFinder } from '../config/management-key.ts';
import { type Check, gravestKind } from '../doctor/check.ts';
import { type DoctorOptions, type DoctorReport, examine } from '../doctor/doctor.ts';
import { ConnectorError } from '../errors.ts';
import { checkOutput, outputKinds } from '../output/outputs.ts';
import { checkTarget } from '../output/place.ts';
import { derivedOutputs } from './derived-outputs.ts';
import { asCalled } from './how-called.ts';
import { refuseOtherProject } from './last-output.ts';
import type { CommandContext } from './command-context.ts';
import { routeFinder } from './route.ts';
import { environmentChecks, type SettingFlags, settingSources, tellFoundBaseUrl } from './setting-sources.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';
import { painter } from './terminal.ts';
import { wrapped } from './text.ts';
import { fullPath, isPostgres } from '../store-url.ts';

export type DoctorFlags = SettingFlags & { readonly out?: string; readonly json?: boolean; readonly service?: boolean };

/** Checks the setup, prints each finding as it comes, and fails with the gravest kind if anything failed. */
export async function doctor(
  { out, json = false, service = false, ...flags }: DoctorFlags,
  { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const keys = keyFinder(env);
  const companyKeys = companyKeyFinder(env);
  const routes = routeFinder(env);
  const resolved = resolveSettings({
    ...(await settingSources(flags, env)),
    alsoCheck: [...environmentChecks(env), keys.check, companyKeys.check, routes.check],
  });
  const { values, problems, file, isFileRead } = resolved;
  const key = keys.found();
  const companyKey = companyKeys.found();
  tellFoundBaseUrl(resolved, (address, source) =>
    tell('warn', `base URL ${address}, from a config file that was found automatically (${source})`),
  );
  const show = json ? () => undefined : print;
  const { checks: ofProject, requests } = await examineAndTell(
    {
      problems: problems.map(({ message }) => message),
      configFile: file?.path ?? (isFileRead ? undefined : 'found, but not used (see below)'),
      env,
      projectId: values.projectId,
      baseUrl: values.baseUrl,
      key: key && { reveal: key.key, source: key.source, path: key.path },
      companyKey: companyKey && { reveal: companyKey.key, source: companyKey.source, path: companyKey.path },
      route: routes.found(),
      rateLimit: values.rateLimit ?? 'auto',
      maxParallelFetches: values.maxParallelFetches ?? 6,
      maxResponseMiB: values.maxResponseSize,
      provisioning: values.provisioning ?? false,
      lastLogin: values.lastLogin === 'off' ? undefined : values.lastLogin,
      include: values.include,
      tls: { cert: values.tlsCert, key: values.tlsKey, clientCa: values.tlsClientCa },
      out: out === undefined ? undefined : fullPath(out),
      lookAtTarget: (target) => lookAtTarget(target, values.projectId, signal),
      signal,
    },
    show,
  );
  const ofPlatform = service ? await (await import('./doctor-service.ts')).examinePlatform(values, env) : [];
  ofPlatform.forEach((check) => show(toLines(check).join('\n')));
  const checks = [...ofProject, ...ofPlatform];
  const failed = checks.filter(({ level }) => level === 'fail').length;
  const warned = checks.filter(({ level }) => level === 'warn').length;
  const kind = gravestKind(checks);
  if (json) {
    print(JSON.stringify({ ok: failed === 0, failed, warned, requests, checks }));
  } else {
    print(
      `\n${failed === 0 ? 'Ready' : 'Not ready'}: ${failed} failed, ${warned} to look at; ` +
        `${counted(requests, 'request')} sent, nothing changed.`,
    );
  }
  if (kind !== undefined) {
    throw new ConnectorError(kind, `doctor: ${failed} of ${checks.length} checks failed`);
  }
}

/**
 * The checks that a sync makes of its target before it begins; of a folder, into which `serve` syncs, those of its
 * latest file.
 */
async function lookAtTarget(target: string, projectId: string | undefined, signal: AbortSignal): Promise<void> {
  const kind = outputKinds.find((known) => known === extname(target).toLowerCase());
  if (isPostgres(target)) {
    await (await import('../history/open-history.ts')).isStoreThere(target);
    return;
  }
  const isFolder = await stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder && kind !== '.csv' ? join(target, 'latest.json') : target;
  await (kind === undefined ? checkTarget(file) : checkOutput(file, derivedOutputs));
  if (projectId !== undefined) {
    await refuseOtherProject(file, projectId, false, signal);
  }
}

/** Runs the checks, prints each as it comes (with a filter, only those that pass it) and returns them all. */
export async function examineAndTell(
  options: DoctorOptions,
  print: (text: string) => void,
  isShown: (check: Check) => boolean = () => true,
): Promise<DoctorReport & { readonly checks: readonly Check[] }> {
  const checks: Check[] = [];
  const remedies = new Set<string>();
  const findings = examine(options);
  for (;;) {
    const next = await findings.next();
    if (next.done === true) {
      return { checks, ...next.value };
    }
    const check = inOurWords(next.value);
    checks.push(check);
    if (isShown(check)) {
      const { remedy } = check;
      const isTold = remedy !== undefined && remedies.has(remedy);
      remedies.add(remedy ?? '');
      print(toLines(isTold ? { ...check, remedy: 'As above.' } : check).join('\n'));
    }
  }
}

/** The check, with commands as they are called here. */
function inOurWords({ text, remedy, ...check }: Check): Check {
  return { ...check, text: asCalled(text), ...(remedy !== undefined && { remedy: asCalled(remedy) }) };
}

const nameWidth = 15;
const lineWidth = 80;
const colors = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const;

/** "ok    clock         agrees with that of Descope", and below it the remedy; 80 columns. Colour on a terminal only. */
export function toLines({ level, name, text, remedy }: Check): readonly string[] {
  const indent = ' '.repeat(4 + 2 + nameWidth + 2);
  const width = lineWidth - indent.length;
  // The text of a check with a longer name begins below it.
  const [first = '', ...rest] = name.length > nameWidth ? ['', ...wrapped(text, width)] : wrapped(text, width);
  const mark = painter()(colors[level], (level === 'skip' ? '-' : level).padEnd(4));
  return [
    `${mark}  ${name.padEnd(nameWidth)}  ${first}`.trimEnd(),
    ...rest.map((line) => indent + line),
    ...(remedy === undefined ? [] : wrapped(`-> ${remedy}`, width).map((line) => indent + line)),
  ];
}
