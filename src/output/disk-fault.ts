import { ConnectorError } from '../errors.ts';
import { osCode, osReason } from '../os-reasons.ts';

/**
 * What a code of the operating system means for somebody who wants to write; the code itself when it is none of the
 * usual ones.
 */
export function diskReason(thrown: unknown): string {
  return osReason(thrown, { ENOENT: 'the folder does not exist' });
}

/** A fault of the file system at a step of writing to a target, as `local-io`. */
export function diskFault(target: string, step: string, thrown: unknown): ConnectorError {
  return new ConnectorError('local-io', `cannot write ${target}: could not ${step}: ${diskReason(thrown)}`, {
    code: osCode(thrown),
  });
}
