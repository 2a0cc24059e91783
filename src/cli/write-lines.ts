import { printableJson } from '../answers/printable.ts';
import type { PlannedWrite } from '../provisioning/audit.ts';

/** A request that would be sent, and the whole list that it would replace. */
export function writeLines({ request, body, replaces }: PlannedWrite): readonly string[] {
  const line = `  ${request} ${printableJson(body)}`;
  return replaces === undefined ? [line] : [line, `  in the place of ${printableJson(replaces)}`];
}
