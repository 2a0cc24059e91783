import { ConnectorError } from '../errors.ts';

/** The file is none of ours: nothing that we do could make sense of it. */
export function foreign(path: string, why: string): ConnectorError {
  return new ConnectorError('invalid', `cannot read ${path}: ${why}; give a file that "sync" wrote`);
}

/** The file is ours, but not whole: an answer made of it could leave somebody out. */
export function incomplete(path: string, why: string): ConnectorError {
  return new ConnectorError('inconsistent', `cannot answer from ${path}: ${why}; run "sync" again`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk failed',
  ENOSPC: 'the disk is full',
};

/** Runs an operation on the file; a fault of the file system becomes `local-io`. */
export async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toReadFault(path, thrown);
  }
}

export function toReadFault(path: string, thrown: unknown): unknown {
  if (thrown instanceof ConnectorError || !(thrown instanceof Error && 'syscall' in thrown && 'code' in thrown)) {
    return thrown;
  }
  const code = String(thrown.code);
  return new ConnectorError('local-io', `cannot read ${path}: ${reasons[code] ?? code}`, { code });
}
