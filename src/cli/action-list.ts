import { actions } from '../actions/actions.ts';
import { printableJson } from '../answers/printable.ts';
import { type ActionField, actionSchemaJson, actionTitle } from '../model/action-schema.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { prose } from './results.ts';

/** `action list`. */
export function listActions({ json }: { readonly json?: boolean }, { print }: Pick<CommandContext, 'print'>): void {
  if (json === true) {
    printSchemas('', print);
    return;
  }
  const told = actions.map(({ words }) => [
    [actionTitle(words), ...words.arguments.map(nameOf)].join(' '),
    ...prose(words.description).map((line) => `    ${line}`),
  ]);
  print(told.map((lines) => lines.join('\n')).join('\n\n'));
}

/** `--list-action-schemas`: a schema a line, as the protocol has it. */
export async function listSchemasAsked({ asked, context }: OneShotCall): Promise<void> {
  const { listActionSchemasResourceType: typeId = '' } = asked;
  if (typeId !== '') {
    (await import('../registry.ts')).includesOf([typeId]); // a type that there is not has no actions to be listed
  }
  printSchemas(typeId, context.print);
}

function printSchemas(typeId: string, print: CommandContext['print']): void {
  const listed = actions.filter(({ words }) => typeId === '' || words.resourceTypeId === typeId);
  if (listed.length > 0) {
    print(listed.map(({ words }) => printableJson(actionSchemaJson(words))).join('\n'));
  }
}

/** An argument as a line of help names it. */
function nameOf({ name, isRequired }: ActionField): string {
  return isRequired === true ? `${name}=...` : `[${name}=...]`;
}
