import { randomUUID } from 'node:crypto';
import { resolveSettings } from '../config/load.ts';
import { ConnectorError, isKind } from '../errors.ts';
import type { ForgetResult, Person } from '../history/forget-rows.ts';
import { findPeople, forgetPerson, vacuumStore } from '../history/upkeep.ts';
import { requiredText } from '../model/requests.ts';
import { printable, quoted } from '../printable.ts';
import { isPostgres, shownStore } from '../store-url.ts';
import type { AuditEntry } from '../provisioning/audit.ts';
import { openAudit } from './audit.ts';
import type { CommandContext } from './command-context.ts';
import { checkedStore, nothingChanged, type UpkeepFlags, waitingFor } from './history-upkeep.ts';
import { openLogger } from './logger.ts';
import { confirmed } from './operation.ts';
import { prose } from './results.ts';
import { type SettingFlags, settingSources } from './setting-sources.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';

export type ForgetFlags = UpkeepFlags & SettingFlags;

/** Replaces whatever names somebody in a store, and wipes it from the file. The audit log has both ends. */
export async function forgetAsked(
  store: string,
  asked: string,
  flags: ForgetFlags,
  { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const path = checkedStore(store);
  const shown = shownStore(store);
  const { project, json = false, dryRun = false } = flags;
  const person = onlyOne(shown, asked, await findPeople(path, requiredText(asked, 'the user'), project));
  const { typeId, id, token } = person;
  if (person.isThere) {
    tell('warn', `warning: ${returnsInWords(person)}`);
  }
  if (dryRun) {
    tellResult(person, undefined);
    return;
  }
  if (!json && flags.yes !== true) {
    print(prose(planInWords(person)).join('\n'));
  }
  await confirmed(`Forget ${typeId} ${printable(id)} in ${printable(shown)}`, flags, signal, {
    nothing: nothingChanged,
  });
  const { values: settings } = resolveSettings(await settingSources(flags, env));
  const logger = await openLogger(settings.logLevel ?? 'info', settings.logFormat);
  await using audit = await openAudit(
    { auditLog: settings.auditLog, logFormat: settings.logFormat },
    { logger, isOneAnswer: true },
  );
  const requestId = randomUUID();
  const line = async (outcome: AuditEntry['outcome'], error?: string): Promise<void> =>
    await audit.append({
      time: new Date().toISOString(),
      requestId,
      operation: 'forget',
      resource: `${typeId}:${id}`,
      store: shownStore(path),
      outcome,
      writes: 0,
      ...(error !== undefined && { error }),
    });
  await line('intended');
  let result: ForgetResult;
  try {
    result = await forgetPerson(path, person, Date.now(), waitingFor(store));
  } catch (thrown) {
    await line('failed', `${nothingChanged}: the store is as it was`);
    throw thrown;
  }
  await line('forgotten');
  tellResult(person, result);
  await wiped(store, path);

  function tellResult(of: Person, found: ForgetResult | undefined): void {
    if (json) {
      const { projectId, versions, firstAt, lastAt, isThere } = of;
      const about = { store: shown, projectId, resource: `${typeId}:${id}`, token, versions, firstAt, lastAt, isThere };
      print(
        JSON.stringify({ ...about, isDryRun: found === undefined, ...(found !== undefined && { replaced: found }) }),
      );
      return;
    }
    print(prose(...(found === undefined ? [planInWords(of)] : doneInWords(of, found, isPostgres(path)))).join('\n'));
  }
}

/** What was deleted in a database lies in its unused pages until it is written anew. */
async function wiped(store: string, path: string): Promise<void> {
  try {
    await vacuumStore(path, waitingFor(store));
  } catch (thrown) {
    if (isKind(thrown, 'held', 'local-io')) {
      throw new ConnectorError(
        thrown.kind,
        [
          `forgotten in all rows, but unused parts of the store may still hold the old values: ${thrown.message}`,
          `then run "history vacuum ${printable(shownStore(store))}"`,
        ].join('; '),
      );
    }
    throw thrown;
  }
}

function onlyOne(store: string, asked: string, found: readonly Person[]): Person {
  const [only, ...more] = found;
  const called = quoted(asked);
  if (only === undefined) {
    throw new ConnectorError(
      'not-found',
      `nobody in ${printable(store)} was ever called ${called}: give the id, a login, the email or the name, letter by letter`,
    );
  }
  if (more.length > 0) {
    const ids = found.map(({ typeId, id, projectId }) => `${typeId}:${printable(id)} of ${printable(projectId)}`);
    throw new ConnectorError(
      'conflict',
      `${found.length} people in ${printable(store)} were called ${called}: give one of ${ids.join(', ')}`,
    );
  }
  if (only.isForgotten) {
    throw new ConnectorError(
      'conflict',
      `${only.typeId}:${printable(only.id)} is forgotten in ${printable(store)} already`,
    );
  }
  return only;
}

function planInWords({ typeId, id, versions, firstAt, lastAt, token }: Person): string {
  const seen = `seen from ${firstAt} to ${lastAt} in ${counted(versions, 'version')}`;
  return [
    `Of ${typeId} ${printable(id)}, ${seen}, the names, logins, addresses, telephone numbers and attributes become "${token}".`,
    'The id, the status, times and what was held stay.',
  ].join(' ');
}

function doneInWords(person: Person, { own, others, syncs }: ForgetResult, isOnServer: boolean): readonly string[] {
  const { typeId, id, token } = person;
  const ofOthers = others === 0 ? '' : `, and in ${counted(others, 'row')} of others that told an address of theirs`;
  return [
    `Forgot ${typeId} ${printable(id)}: what named them is "${token}" in ${counted(own, 'row')}${ofOthers}.`,
    `The hashes of ${counted(syncs, 'sync')} were made anew; "history list" tells that, and no old value.`,
    'Other files (syncs, exports, reports, backups of the store) are not changed by this.',
    ...(isOnServer
      ? [
          'Neither are the write-ahead log of the server, its archive, and the statistics of its catalogue until it tidies up.',
        ]
      : []),
  ];
}

function returnsInWords({ typeId, id, lastAt }: Person): string {
  const who = `${typeId} ${printable(id)}`;
  return `${who} is in the newest sync (${lastAt}): the next one brings the name back, unless the user is deleted before it`;
}
