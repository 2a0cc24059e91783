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

/** The page with that table in place of the one below the heading. */
export function withCapabilities(page: string): string {
  return page.replace(/(?<=^## Capabilities\n\n)(?:\|.*\n)+/m, () => `${capabilitiesTable()}\n`);
}
