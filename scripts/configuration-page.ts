import { ecosystemKey, fileKey, isPath } from '../src/config/file-keys.ts';
import { type Setting, settings } from '../src/config/settings.ts';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** docs/configuration.md, made of the table of settings. */
export function configurationPage(): string {
  const all: readonly Setting[] = Object.values(settings);
  const rows = (chosen: readonly Setting[]): string =>
    chosen
      .map(
        (setting) =>
          `| \`${setting.flag}\` | ${setting.env.map((name) => `\`${name}\``).join(', ')} | ` +
          `${cell(meaning(setting))} | ${standard(setting)} |`,
      )
      .join('\n');
  return `# Configuration

<!-- Made by \`npm run docs:config\` from src/config/settings.ts. Change that, not this. -->

Flags win over the environment, the environment over the config file, the file over defaults. Invalid settings are
reported immediately, all of them, with the name that was used, for a file with its line, and how to mend it; exit code 2.
\`baton-descope config show\` prints what is in force and where each value came from; \`--json\` as one line.

## Settings

Not every command has every flag: \`baton-descope <command> --help\` lists its own. Environment and config file count for
every command alike. Of several environment names an earlier one wins; one that is set to nothing counts as not set, but for
the two addresses to listen on, which would then mean every address of the machine and are refused.

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
config file is copied, committed and shown. A key file is read again when it changes; \`doctor\` warns when others can read it,
and one that every user may change is refused.

\`--include console\` reads projects, administrators and management keys of the whole company, which needs a key that no project
limits. It is taken from \`BATON_DESCOPE_COMPANY_MANAGEMENT_KEY\` or \`DESCOPE_COMPANY_MANAGEMENT_KEY\`, or the file that one of them with
\`_FILE\` behind it names, or the file that \`company-management-key-file\` in the config file names, and is sent with these three calls
only; without it they are made with the management key.

White space and a byte order mark around the key do not matter. Quotes, \`NAME=\`, \`Bearer\`, the project id and a colon, several
lines: each is refused with exit code 2 and its name, before anything is sent. What looks like a key in any other place (a
project id, a base URL, a path, an argument) is refused, too, and never repeated.

## The config file

YAML, or JSON, which is a part of it; one level of \`name: value\`. The one that counts is the first of

1. the one that \`--config\` names, or \`BATON_CONFIG\`, or \`BATON_CONFIG_PATH\` (which must end with \`.yaml\` or \`.yml\`),
2. \`./baton.yaml\`, else \`./.baton.yaml\`, as other Baton connectors call theirs,
3. \`~/.config/baton-descope/config.yaml\` (below \`XDG_CONFIG_HOME\`, where that is set), which \`init\` writes.

Files are not merged. A name that is not known is refused, with the one that was probably meant. Paths count from the
file's own folder. The text is UTF-8.

The key goes where the file says. So a file is obeyed only where nobody else could have written it:

- Nobody named \`./baton.yaml\` or \`./.baton.yaml\`: it and every folder above it must belong to you or to root, and nobody
  else may write there. A sticky folder such as \`/tmp\` counts as open, a group that is yours alone does not. Links are followed and looked at.
- The same for the file at home, from the home folder (or \`XDG_CONFIG_HOME\`) on.
- A \`base-url\` in one of them must be an address of Descope (\`api.descope.com\`, \`api.<region>.descope.com\`): the file may have
  come with a clone or an archive. For another address name the file. The address is shown on stderr. The file at home may name any.
- A file that is named may stand anywhere, unless every user of the machine may change it.

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
| \`company-management-key-file\` | \`descope-company-management-key-file\` | a path |
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
  return (
    setting.choices?.map((word) => `\`${word}\``).join(', ') ??
    (isPath(setting) ? 'a path' : setting.kind === 'number' ? 'a number' : 'a text')
  );
}
