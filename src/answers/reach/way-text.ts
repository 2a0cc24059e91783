import { count } from '../count.ts';
import type { FileIndex } from '../file-index.ts';
import { printable } from '../printable.ts';
import type { TypedThing } from '../unknown.ts';
import { typeInWords } from '../../sync-format/known-types.ts';
import { notesOf, isKey } from '../who-holds.ts';
import { isUsual } from '../answer-text.ts';
import { type Chain, type Link, type LinkWord, thingTitle } from './chain.ts';
import type { KeyOf } from './somebody.ts';
import type { WaysOf } from './ways-of.ts';

/** What each step is called. */
const labels: Readonly<Record<LinkWord, string>> = {
  holds: 'holds',
  passes_down: 'passes down to',
  allows: 'allows',
  acts_as: 'acts as',
  made: 'made',
  in_group: 'is in',
  signs_in_through: 'may sign in by',
  has_group: 'has the group',
  gives: 'gives',
  member_of: 'is in',
  by_default: 'by default uses',
};
/** What a step is called. */
export function labelOf(by: LinkWord): string {
  return labels[by];
}

const viaWords: Readonly<Record<string, string>> = {
  group_mapping: 'group mapping',
  default_sso_role: 'default role of the configuration',
  tenant_default_role: 'default role of the tenant',
};
const labelWidth = Math.max(...Object.values(labels).map((label) => label.length));

/** "Every way from Ada Lovelace to invoices.approve in Acme". */
export function waysTitle({ who, what, tenant }: WaysOf): string {
  const where = tenant === undefined ? '' : ` in ${printable(tenant.name)}`;
  return `Every way from ${titleOf(who)} to ${titleOf(what)}${where}`;
}

function titleOf(thing: TypedThing): string {
  const title = printable(thingTitle(thing));
  return title.includes(thing.id) ? title : `${title} (${printable(thing.id)})`;
}

/** One way: a line that says where and how sure, then a line for each step. */
export function wayLines(chain: Chain, place: number): string[] {
  const rows = chain.links.map((link) => `     ${labels[link.by].padEnd(labelWidth)}  ${linkInWords(link)}`);
  return [`${String(place).padStart(2)}. ${howInWords(chain)}`, ...rows];
}

function linkInWords({ to, through = [], via, note = '' }: Link): string {
  const tenants = through.map(({ name }) => printable(name)).join(' > ');
  const more = [tenants, via === undefined ? '' : (viaWords[via] ?? printable(via)), printable(note)];
  const told = more.filter((text) => text !== '').join('; ');
  return `${printable(thingTitle(to))}${told === '' ? '' : ` (${told})`}`;
}

/** "in Acme, now", "in Berlin, perhaps now: parent-governs", "in Acme, at the next login". */
function howInWords({ when, certainty, reason, tenantId, tenant, links, isHeld }: Chain): string {
  const isPlaced = !['application', 'third_party_app', 'project'].includes(links.at(-1)?.to.type ?? '');
  const where = tenantId !== '' ? `in ${printable(tenant)}, ` : isPlaced ? 'in the whole project, ' : '';
  const time =
    when === 'now' ? 'now' : `at the next login${isHeld === true ? ': is held, and comes back after a revoke' : ''}`;
  const doubt =
    certainty === 'uncertain'
      ? `, uncertain${reason === '' ? '' : `: ${reason.replaceAll(',', ', ')}`}`
      : certainty === 'possible'
        ? ', with a key whose secret they once saw'
        : '';
  return `${where}${time}${doubt}`;
}

/** The ways that were told, by what they are. */
export interface WayCounts {
  readonly now: number;
  readonly uncertain: number;
  readonly nextLogin: number;
  readonly possible: number;
}

/** Counts ways as they go by. */
export function createWayCounter(): { add: (chain: Chain) => void; counts: () => WayCounts } {
  const counts = { now: 0, uncertain: 0, nextLogin: 0, possible: 0 };
  return {
    counts: () => counts,
    add: ({ when, certainty }) => {
      const word =
        when === 'next_login' ? 'nextLogin' : certainty === 'possible' || certainty === 'uncertain' ? certainty : 'now';
      counts[word] += 1;
    },
  };
}

/** "2 ways now, 1 uncertain one, 3 at the next login."; where there is none, that there is none. */
export function waysTotals({ who, what, tenant }: WaysOf, { now, uncertain, nextLogin, possible }: WayCounts): string {
  if (now + uncertain + nextLogin + possible === 0) {
    const where = tenant === undefined ? '' : ` in ${printable(tenant.name)}`;
    return `No way leads from ${printable(thingTitle(who))} to ${printable(thingTitle(what))}${where}, by what this file tells.`;
  }
  const parts = [
    count(now, 'way', 'ways') + ' now',
    ...(uncertain === 0 ? [] : [`${uncertain.toLocaleString('en')} uncertain`]),
    ...(nextLogin === 0 ? [] : [`${nextLogin.toLocaleString('en')} at the next login`]),
    ...(possible === 0 ? [] : [`${possible.toLocaleString('en')} with keys that they made`]),
  ];
  return `${parts.join(', ')}.`;
}

/** What is to be known besides: of the status of who was asked about, of keys, and of what no file tells. */
export function waysNotes(index: FileIndex, { who, what, alsoWhat, keys }: WaysOf): string[] {
  const { status, type, actsAs, profile, also } = who;
  const noun = typeInWords(type.replace(/_secret$/, ''));
  const { status: statusOfWhat, defaultAccess } =
    what.type === 'application' || what.type === 'third_party_app'
      ? notesOf(index.database, what)
      : { status: '', defaultAccess: undefined };
  const bound = profile['bound_user_id'];
  const namesakes = [...also, ...alsoWhat];
  return [
    ...(namesakes.length === 0 ? [] : [`Of these names there is also ${namesakes.map(printable).join(', ')}.`]),
    ...(isUsual(status) || status === 'invited'
      ? []
      : [`The ${noun} is ${printable(status)}, and can use none of it until that ends.`]),
    ...(actsAs === undefined || isUsual(actsAs.status) || actsAs.status === 'invited'
      ? []
      : [`The user as whom it acts is ${printable(actsAs.status)}: it can do nothing until that ends.`]),
    ...(actsAs === undefined && typeof bound === 'string' && bound !== ''
      ? [`It is bound to the user ${printable(bound)}, who is not in the project: it can do nothing.`]
      : []),
    ...(keys.length === 0
      ? []
      : [`The same holds for ${keysInWords(keys)} as this user: ${keys.map(keyInWords).join(', ')}.`]),
    ...(isUsual(statusOfWhat)
      ? []
      : [`The ${typeInWords(what.type)} is ${printable(statusOfWhat)}: the ways count again when it is switched on.`]),
    ...(defaultAccess === 'unknown'
      ? ['Whether users without an application of their own can use it is not known (--application-default).']
      : []),
    ...(type === 'third_party_app'
      ? ['What an app can do for those who consented to it depends on its scopes, and is not told here.']
      : []),
    ...(type === 'console_admin' || (isKey(type) && type !== 'access_key')
      ? ['Whoever administers the project in the console can give themselves everything in it; that is not told here.']
      : []),
  ];
}

function keyInWords({ name, id, status }: KeyOf): string {
  return `${printable(name || id)}${isUsual(status) ? '' : ` (${printable(status)})`}`;
}

function keysInWords({ length }: readonly KeyOf[]): string {
  return `${count(length, 'key')} that ${length === 1 ? 'acts' : 'act'}`;
}
