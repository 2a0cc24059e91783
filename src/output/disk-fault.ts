import { ConnectorError } from '../errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
  EISDIR: 'it is a folder',
  EIO: 'the disk failed',
  ENXIO: 'it is a pipe without a reader',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'the name is too long for the file system',
};

/** What a code of the operating system means for somebody who wants to write; the code itself when it is none of the usual ones. */
export function diskReason(thrown: unknown): string {
  const code = codeOf(thrown);
  return reasons[code] ?? code;
}

/** A fault of the file system at a step of writing to a target, as `local-io`. */
export function diskFault(target: string, step: string, thrown: unknown): ConnectorError {
  return new ConnectorError('local-io', `cannot write ${target}: could not ${step}: ${diskReason(thrown)}`, {
    code: codeOf(thrown),
  });
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
