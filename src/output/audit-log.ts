import { type FileHandle, open } from 'node:fs/promises';
import { ConnectorError } from '../errors.ts';

/** Takes one line of JSON at a time and returns when it is kept. */
export interface AuditLog {
  append(entry: object): Promise<void>;
  close(): Promise<void>;
}

/** An append-only file of JSON lines, mode 0600; on stderr when no file is named. Opened before anything is changed. */
export async function openAuditLog(path: string | undefined): Promise<AuditLog> {
  if (path === undefined) {
    return {
      append: async (entry) => void process.stderr.write(`${JSON.stringify({ audit: entry })}\n`),
      close: async () => undefined,
    };
  }
  const handle = await attempt(path, 'no change was sent', () => open(path, 'a', 0o600));
  return {
    append: (entry) => attempt(path, 'the change it was to tell of may have happened', () => appendLine(handle, JSON.stringify(entry))),
    close: () => handle.close(),
  };
}

async function appendLine(handle: FileHandle, line: string): Promise<void> {
  await handle.appendFile(`${line}\n`, 'utf8');
  await handle.sync();
}

async function attempt<T>(path: string, consequence: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new ConnectorError('local-io', `cannot write the audit log ${path} (${code}); ${consequence}`, { code });
  }
}
