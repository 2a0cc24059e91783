import { actions } from '../src/actions/actions.ts';
import { accountFields } from '../src/model/account-fields.ts';
import { actionTitle } from '../src/model/action-schema.ts';
import { writeRightsOf } from '../src/provisioning/types.ts';
import { registry } from '../src/registry.ts';

const check = '<Icon icon="square-check" iconType="solid" color="#c937ae"/>';

/** The table of docs/connector.mdx that says what is synced and provisioned, made of the types as the manifest has them. */
export function capabilitiesTable(): string {
  const rows = registry.map(({ words, isOptIn, includedWith = words.id }) => {
    const cells = [
      isOptIn === true ? `${words.plural}, with \`--include ${includedWith}\`` : words.plural,
      check,
      writeRightsOf(words.id).length > 0 ? check : '',
    ];
    return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  });
  return ['| Resource | Sync | Provision |', '| :--- | :--- | :--- |', ...rows].join('\n');
}

/** The table of actions, made of their schemas. */
export function actionsTable(): string {
  const rows = actions.map(({ words, cannotUndo }) => {
    const fields = words.arguments.map(({ name, isRequired }) =>
      isRequired === true ? `\`${name}\`` : `\`${name}\` (optional)`,
    );
    const warning = cannotUndo === undefined ? '' : ` **Cannot be undone**: ${cannotUndo}.`;
    return `| \`${actionTitle(words)}\` | ${fields.join(', ')} | ${words.description}${warning} |`;
  });
  return ['| Action name | Additional fields | Description |', '| :--- | :--- | :--- |', ...rows].join('\n');
}

/** The table of what can be said of a new account, made of its schema. */
export function accountFieldsTable(): string {
  const rows = accountFields.map(({ name, description, placeholder, ...field }) => {
    const values = field.kind === 'switch' ? '`"true"` or `"false"`' : `\`${placeholder}\``;
    return `| \`${name}\`${'isRequired' in field ? ' (required)' : ''} | ${description} | ${values} |`;
  });
  return ['| Field | Description | Example |', '| :--- | :--- | :--- |', ...rows].join('\n');
}

/** The page with these tables in place of those below the headings. */
export function withCapabilities(page: string): string {
  return page
    .replace(/(?<=^## Capabilities\n\n)(?:\|.*\n)+/m, () => `${capabilitiesTable()}\n`)
    .replace(/(?<=^\*\*Accounts\*\*[^|]*)(?:\|.*\n)+/m, () => `${accountFieldsTable()}\n`)
    .replace(/(?<=^### Connector actions\n\n[^|]*)(?:\|.*\n)+/m, () => `${actionsTable()}\n`);
}
