import { ConnectorError } from '../errors.ts';
import { isOsError, osCode, osReason } from '../os-reasons.ts';

/** The file is not of our format. */
export function foreign(path: string, why: string): ConnectorError {
  return new ConnectorError('invalid', `cannot read ${path}: ${why}; give a file that "sync" wrote`);
}

/** The file is of our format but not whole, so an answer from it could leave somebody out. */
export function incomplete(path: string, why: string): ConnectorError {
  return new ConnectorError('inconsistent', `cannot answer from ${path}: ${why}; run "sync" again`);
}

/** The file holds something in a form that only a newer version can copy; answers do without it. */
export function tooNew(path: string, type: string): ConnectorError {
  return new ConnectorError(
    'invalid',
    `cannot copy ${path}: it holds an annotation, ${type}, that this version does not know; use the version that ` +
      'wrote it, or from a .c1z write a .c1z',
  );
}

/** Runs an operation on the file; a fault of the file system becomes `local-io`. */
export async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toReadFault(path, thrown);
  }
}

export function toReadFault(path: string, thrown: unknown): unknown {
  if (thrown instanceof ConnectorError || !isOsError(thrown)) {
    return thrown;
  }
  const reason = osReason(thrown, { ENOENT: 'there is no such file' });
  return new ConnectorError('local-io', `cannot read ${path}: ${reason}`, { code: osCode(thrown) });
}
