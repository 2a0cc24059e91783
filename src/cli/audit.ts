import type { Settings } from '../config/settings.ts';
import type { Logger } from '../log.ts';
import { type AuditLog, openAuditLog } from '../output/audit-log.ts';
import type { AuditEntry } from '../provisioning/audit.ts';
import { printable, printableJson } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import { folded } from './folded.ts';
import { widthOf } from './terminal.ts';

/** Where the lines about attempted changes go. */
export interface AuditSink extends AsyncDisposable {
  append(entry: AuditEntry): Promise<void>;
}

export interface AuditOptions {
  readonly logger: Logger;
  /** The command ends with one answer: sentences for people follow it. */
  readonly isOneAnswer?: boolean;
  readonly output?: NodeJS.WriteStream;
}

/**
 * The file of --audit-log. Without one, standard error: lines of JSON for a program that reads them, a sentence for a
 * person at a terminal. What a file could not take goes to standard error, too, so that it is not lost.
 */
export async function openAudit(
  { auditLog: path, logFormat }: Pick<Settings, 'auditLog' | 'logFormat'>,
  { logger, isOneAnswer = false, output = process.stderr }: AuditOptions,
): Promise<AuditSink> {
  const isForPeople = output.isTTY && logFormat !== 'json';
  const toError = (entry: AuditEntry): Promise<void> =>
    writeLine(output, isForPeople ? folded(sentenceOf(entry, path), widthOf(output)) : printableJson({ audit: entry }));
  if (path === undefined) {
    return isForPeople
      ? sentences(toError, isOneAnswer)
      : { append: toError, [Symbol.asyncDispose]: async () => undefined };
  }
  if (path === '-') {
    throw new ConnectorError(
      'config',
      '--audit-log takes the name of a file, not "-"; leave it out to have the lines on standard error',
    );
  }
  const file: AuditLog = await openAuditLog(path, {
    onReplaced: () => logger.warn('the audit log was moved or removed, and a new one was begun', { file: path }),
  });
  return {
    append: async (entry) => {
      try {
        await file.append(entry);
      } catch (thrown) {
        if (entry.outcome !== 'intended') {
          await toError(entry).catch(() => undefined); // report the error of the file, not of stderr
        }
        throw thrown;
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/**
 * Prints the line of an attempt when the attempt has ended and, in a command that prints one answer, after that answer.
 */
function sentences(tell: (entry: AuditEntry) => Promise<void>, isOneAnswer: boolean): AuditSink {
  const waiting: AuditEntry[] = [];
  return {
    append: async (entry) => {
      if (entry.outcome !== 'intended') {
        await (isOneAnswer ? waiting.push(entry) : tell(entry));
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const entry of waiting) {
        await tell(entry);
      }
    },
  };
}

function sentenceOf(
  { time, requestId, operation, entitlement, principal = '', resource = '', outcome }: AuditEntry,
  path: string | undefined,
): string {
  const kept =
    path === undefined
      ? '; this line is stored nowhere else: name a file with --audit-log'
      : `; this line could not be written to ${path}`;
  const what =
    entitlement === undefined ? printable(resource) : `${printable(entitlement)} for ${printable(principal)}`;
  return `Audit: ${time} ${operation} ${what}: ${outcome}, request ${requestId}${printable(kept)}`;
}

function writeLine(output: NodeJS.WriteStream, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(`${line}\n`, (failure) => {
      if (failure === null || failure === undefined) {
        resolve();
      } else {
        const code = osCode(failure);
        reject(
          new ConnectorError(
            'local-io',
            `cannot write the audit line to standard error (${code}); name a file with --audit-log`,
            { code },
          ),
        );
      }
    });
  });
}
