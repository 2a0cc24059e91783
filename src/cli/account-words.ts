import { printable } from '../answers/printable.ts';

/** Many people share a name: login id and user id stand with it. */
export function personText(name: string, login: string, id: string): string {
  return printable(login === '' || login === name ? `${name} (${id})` : `${name} <${login}> (${id})`);
}
