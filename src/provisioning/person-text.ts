import { maxIdBytes } from '../model/ids.ts';
import { unprintable } from '../printable.ts';

export const emailForm = /^[^\s@]+@[^\s@]+$/;
export const phoneForm = /^\+[1-9]\d{6,14}$/;

/**
 * What keeps a text from being written as a login id or a name, undefined for one that may: it is too long, or has
 * characters that no reader sees. Behind the name of the field, without the value.
 */
export function personTextFlaw(text: string): string | undefined {
  if (Buffer.byteLength(text) > maxIdBytes) {
    return `is longer than ${maxIdBytes} bytes`;
  }
  return text.search(unprintable) === -1
    ? undefined
    : 'has a character that nobody can see, such as a line end or one that turns text round: leave it out';
}
