import { ecosystemKey, fileKey, isPath } from '../src/config/file-keys.ts';
import { type Setting, settings } from '../src/config/settings.ts';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** docs/configuration.md, made of the table of settings. */
export function configurationPage(): string {
  const all: readonly Setting[] = Object.values(settings);
  const rows = (chosen: readonly Setting[]): string =>
    chosen.map((setting) => `| \`${setting.flag}\` | ${setting.env.map((name) => `\`${name}\``).join(', ')} | ${cell(meaning(setting))} | ${standard(setting)} |`).join('\n');
  return `# Configuration

<!-- Made by \`npm run docs:config\` from src/config/settings.ts. Change that, not this. -->

Flags win over the environment, the environment over the config file, the file over defaults. Everything that is wrong is
told at once, with the name that was used, for a file with its line, and how to mend it; exit code 2.
\`baton-descope config show\` prints what is in force and where each value came from; \`--json\` as one line.

## Settings

Not every command has every flag: \`baton-descope <command> --help\` lists its own. Of several environment names an earlier
one wins.

### The connection, and what is read

| flag | environment | meaning | default |
|---|---|---|---|
${rows(all.filter(({ isOperational }) => isOperational !== true))}

### Running it

| flag | environment | meaning | default |
|---|---|---|---|
${rows(all.filter(({ isOperational }) => isOperational === true))}

## The management key

The key is no setting: it is taken, in this order, from

1. \`BATON_DESCOPE_MANAGEMENT_KEY\`, or the file that \`BATON_DESCOPE_MANAGEMENT_KEY_FILE\` names,
2. \`DESCOPE_MANAGEMENT_KEY\`, or the file that \`DESCOPE_MANAGEMENT_KEY_FILE\` names,
3. the file that \`management-key-file\` in the config file names.

Never from the command line, where every process of the machine can read it, and never from the config file itself: a
config file is copied, committed and shown. A key file is read again when it changes; \`doctor\` warns when others can read it.

## The config file

YAML, or JSON, which is a part of it; one level of \`name: value\`. The one that counts is the first of

1. the one that \`--config\` names, or \`BATON_CONFIG\`, or \`BATON_CONFIG_PATH\`,
2. \`./baton.yaml\`,
3. \`~/.config/baton-descope/config.yaml\` (below \`XDG_CONFIG_HOME\`, where that is set), which \`init\` writes.

Files are not merged. A name that is not known is refused, with the one that was probably meant. Paths count from the
file's own folder. A file that every user of the machine may change is refused, since it could send your key elsewhere.

\`\`\`yaml
project-id: P2...
management-key-file: config.key
rate-limit: 100/m
tenant-roles: observed
\`\`\`

A setting is spelt as its flag, without the dashes. The names that Baton connectors share are taken, too:

| name | also | kind |
|---|---|---|
${all.map((setting) => `| \`${fileKey(setting)}\` | ${ecosystemKey(setting) === fileKey(setting) ? '' : `\`${ecosystemKey(setting)}\``} | ${kindOf(setting)} |`).join('\n')}
| \`management-key-file\` | \`descope-management-key-file\` | a path |
`;
}

function meaning({ help, isRequired }: Setting): string {
  return help + (isRequired === true ? '; must be given' : '');
}

function standard({ default: text, isRequired }: Setting): string {
  return text === undefined || isRequired === true ? '' : `\`${text}\``;
}

function kindOf(setting: Setting): string {
  if (setting.kind === 'switch') {
    return '`true` or `false`';
  }
  return setting.choices?.map((word) => `\`${word}\``).join(', ') ?? (isPath(setting) ? 'a path' : setting.kind === 'number' ? 'a number' : 'a text');
}
