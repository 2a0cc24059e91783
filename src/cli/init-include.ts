import { settings } from '../config/settings.ts';
import { aboutSo } from '../descope/http/pacing.ts';
import { costOf } from '../doctor/cost.ts';
import { ConnectorError } from '../errors.ts';
import { includeWords, listedTypes } from '../registry.ts';
import type { Prompts } from './prompts.ts';
import { columns } from './text.ts';

export interface IncludeQuestion {
  /** How many there are; undefined where nobody has looked. */
  readonly tenants: number | undefined;
  /** Of calls that are not about users; undefined where there is no pacing. */
  readonly perMinute: number | undefined;
  /** Whether the key may read these types; true where nobody is to look. */
  readonly mayRead: (include: readonly string[]) => Promise<boolean>;
}

/** Asks which opt-in types syncs are to read, with what each costs; again, where the key may not read one. */
export async function askForTypes(
  prompts: Prompts,
  print: (text: string) => void,
  { mayRead, ...known }: IncludeQuestion,
): Promise<readonly string[]> {
  print(
    [
      'Every sync reads users, tenants, roles and permissions. More can be added, each',
      'with further rights of the key:',
      columns(typeRows(known), '  '),
    ].join('\n'),
  );
  for (;;) {
    const include = parseTypes(
      await prompts.text('Include (names with commas between, Enter for none)', parseTypes, ''),
    );
    if (
      include.length === 0 ||
      (await mayRead(include)) ||
      (await prompts.confirm('Syncs will fail until the key may read that. Include it anyway?'))
    ) {
      return include;
    }
  }
}

/** The types that a text names; none for an empty one. Throws `config` for a name that no opt-in type has. */
export function parseTypes(text: string): readonly string[] {
  if (text.trim() === '') {
    return [];
  }
  const parsed = settings.include.schema.safeParse(text);
  if (!parsed.success) {
    throw new ConnectorError('config', parsed.error.issues[0]?.message ?? 'this is not understood');
  }
  listedTypes(parsed.data);
  return parsed.data;
}

function typeRows(known: Omit<IncludeQuestion, 'mayRead'>): readonly (readonly string[])[] {
  return [...includeWords(), 'all'].map((name) => [name, costInWords(name, known)]);
}

function costInWords(name: string, { tenants, perMinute }: Omit<IncludeQuestion, 'mayRead'>): string {
  const {
    lists,
    isPaged,
    ofEachTenant: { least, most },
  } = costOf([name]);
  const once = lists === 0 ? [] : [`${isPaged ? 'at least ' : ''}${counted(lists, 'request')}`];
  const requests = least === most ? counted(least, 'request') : `${least} or ${most} requests`;
  const all = tenants === undefined || most === 0 ? '' : `: up to ${(tenants * most).toLocaleString('en')}`;
  const time =
    tenants === undefined || perMinute === undefined ? undefined : aboutSo(((tenants * most) / perMinute) * 60_000);
  const each = most === 0 ? [] : [`${requests} a tenant${all}${time === undefined ? '' : `, ${time}`}`];
  return [...once, ...each].join(', and ');
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
