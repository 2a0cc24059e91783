import stringWidth from 'string-width';
import { accessOf } from '../answers/access-of.ts';
import { type AccessPath, heldInWords, wayInWords } from '../answers/access-path.ts';
import { count } from '../answers/count.ts';
import { createFileIndex, type FileIndex } from '../answers/file-index.ts';
import { type Namesakes, namesakesIn } from '../answers/namesakes.ts';
import { whoCan } from '../answers/who-can.ts';
import { adaLovelace } from '../emulator/emulator.ts';
import { printable } from '../printable.ts';

const asked = { permission: 'invoices.approve', user: adaLovelace.userId };
const lineWidth = 80;

/**
 * Three answers taken from the demo's file, so that a reader sees what it is good for. Whoever shares a name has the
 * login with it.
 */
export async function readDemoAnswers(path: string): Promise<readonly string[]> {
  await using index = await createFileIndex(path);
  const names = namesakesIn(index.database);
  const paths = [...whoCan(index, asked.permission).paths()];
  const ways = Map.groupBy(
    paths.filter(({ way }) => way !== 'inherited'),
    heldInWords,
  );
  const ada = accessOf(index, asked.user);
  const held = new Set(
    Array.from(ada.paths(), (held) => (held.way === 'inherited' ? placeInWords(held) : heldInWords(held))),
  );
  const { disabled, stillHolding } = disabledUsers(index, names);
  return [
    `Who can ${asked.permission}, and where?`,
    ...Array.from(ways, ([place, holders]) =>
      lineOf(
        `  ${printable(place)}: ${holders.length} ${holders.length === 1 ? 'person' : 'people'} (`,
        holders.map((holder) => nameOf(holder, names)),
        ')',
      ),
    ),
    ...inheritedLines(paths.filter(({ way }) => way === 'inherited')),
    `What does ${nameOf({ user: ada.user.name, login: ada.user.login }, names)} hold?`,
    lineOf('  ', [...held].map(printable)),
    'Which disabled users still hold access?',
    lineOf(`  ${stillHolding.length} of ${disabled}: `, stillHolding),
  ];
}

/** How many inherit it, and one of them with the whole path: the longest that is sure. */
function inheritedLines(paths: readonly AccessPath[]): string[] {
  const [first] = paths
    .filter(({ certainty }) => certainty === 'derived')
    .toSorted((one, other) => other.through.length - one.through.length);
  const tenants = new Set(paths.map(({ tenantId }) => tenantId)).size;
  return first === undefined
    ? []
    : [
        `  Inherited in ${count(tenants, 'tenant')} below, in ${count(paths.length, 'way')}, such as ${printable(first.user)}:`,
        `    ${printable(first.through.map(({ name }) => name).join(' > '))}`,
      ];
}

/** "Editor in Acme", "Editor in Berlin, inherited: Acme > EU > Berlin". */
function placeInWords(path: AccessPath): string {
  return [heldInWords(path), wayInWords(path)].filter((text) => text !== '').join(', ');
}

function nameOf({ user, login }: Pick<AccessPath, 'user' | 'login'>, names: Namesakes): string {
  return printable(login !== user && names.isUserShared(user) ? `${user} <${login}>` : user);
}

function disabledUsers(
  { database }: FileIndex,
  names: Namesakes,
): { readonly disabled: number; readonly stillHolding: readonly string[] } {
  const users = database
    .prepare(
      "select name, login, exists (select 1 from holding where user = n) holds from user where status = 'disabled' order by n",
    )
    .all();
  return {
    disabled: users.length,
    stillHolding: users
      .filter(({ holds }) => holds === 1)
      .map(({ name, login }) => nameOf({ user: String(name), login: String(login) }, names)),
  };
}

/** As many of the names as fit on a line of 80 columns, three at most, and how many more there are. */
function lineOf(before: string, names: readonly string[], after = ''): string {
  const lines = [3, 2, 1].map((most) => `${before}${list(names, most)}${after}`);
  return lines.find((line) => stringWidth(line) <= lineWidth) ?? lines.at(-1) ?? '';
}

function list(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(', ');
  if (names.length > most) {
    return `${shown} and ${names.length - most} more`;
  }
  return shown === '' ? 'nothing' : shown;
}
