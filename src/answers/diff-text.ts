import { heldInWords } from './access-path.ts';
import { idsNeeded, tenantInWords } from './answer-text.ts';
import { count } from './count.ts';
import { type Change, isKnown } from './change.ts';
import type { Diff } from './diff.ts';
import type { Namesakes } from './namesakes.ts';
import { markdownName, printable } from './printable.ts';
import { noteGap, tableLines } from './table.ts';
import { isFoundingType } from '../model/ids.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { thingInWords, type TypedThing } from './unknown.ts';

/** Makes a name safe for the text that it goes into. */
type Name = (text: string) => string;

/** A change as a reviewer would say it: "Ada Lovelace was given Editor in Acme". */
export function changeInWords(change: Change, name: Name = (text) => text): string {
  const { subject, words } = partsOf(change, name);
  return `${subject} ${words}`;
}

function partsOf(change: Change, name: Name): { readonly subject: string; readonly words: string } {
  switch (change.area) {
    case 'access':
      return { subject: name(change.user), words: accessWords(change, name) };
    case 'people':
      return { subject: name(change.user), words: peopleWords(change, name) };
    case 'model':
      return modelParts(change, name);
    case 'inheritance':
      return inheritanceParts(change, name);
    case 'next-login':
      return nextLoginParts(change, name);
  }
}

/** "Berlin inherits Editor from Acme now (3 holders)". */
function inheritanceParts(change: Change, name: Name): { readonly subject: string; readonly words: string } {
  const { kind, role, tenant, holders, before, after, inherited } = change;
  const what = kind === 'tenant' ? 'members' : name(role);
  const above = name(inherited?.through.at(0)?.name ?? inherited?.from ?? '');
  const doubt = inherited?.certainty === 'uncertain' ? ', uncertain' : '';
  const words =
    change.change === 'changed'
      ? `inherits ${what} from ${above}: ${before} before, ${after} now`
      : `${change.change === 'gained' ? 'now inherits' : 'no longer inherits'} ${what} from ${above} (${count(holders, 'holder')}${doubt})`;
  return { subject: name(tenant), words };
}

/** "group Writers now gives Editor in Acme at the next login". */
function nextLoginParts(change: Change, name: Name): { readonly subject: string; readonly words: string } {
  const { giver, user } = change;
  const title = name(giver === undefined || giver.name === '' ? (giver?.id ?? '') : giver.name);
  const who =
    giver?.type === 'idp_group'
      ? `group ${title}`
      : giver?.type === 'sso_configuration'
        ? `single sign-on ${title}`
        : `tenant ${title}`;
  switch (change.change) {
    case 'appeared':
    case 'gone':
      return { subject: who, words: change.change === 'appeared' ? 'is new' : 'is gone' };
    default: {
      const isGained = change.change === 'gained';
      return change.kind === 'group-member'
        ? { subject: name(user), words: `${isGained ? 'joined' : 'left'} ${who}` }
        : {
            subject: who,
            words: `${isGained ? 'now gives' : 'no longer gives'} ${thing(change, name)} at the next login`,
          };
    }
  }
}

function accessWords(change: Change, name: Name): string {
  const { kind, because, inherited, held } = change;
  if (held !== undefined) {
    return otherAccessWords(change, held, name);
  }
  const isGained = change.change === 'gained';
  const why =
    inherited !== undefined
      ? `, inherited: ${inherited.through.map((step) => name(step.name)).join(' > ')}`
      : because === ''
        ? ''
        : ` (the ${because} is ${isGained ? 'new' : 'gone'})`;
  if (kind === 'tenant') {
    return `${isGained ? 'became a member' : 'is no longer a member'} of ${name(change.tenant)}${why}`;
  }
  return `${isGained ? 'was given' : 'lost'} ${thing(change, name)}${why}`;
}

/** "consented to Ledger Sync (scopes invoices)", "was given the role admin of project Emulator". */
function otherAccessWords({ change, entitlement = '', before, after }: Change, held: TypedThing, name: Name): string {
  const thingName = name(thingInWords(held));
  if (change === 'changed') {
    return `has ${entitlement} of ${thingName}: ${name(before)} before, ${name(after)} now`;
  }
  const said = change === 'gained' ? after : before;
  const how = said === '' ? '' : ` (${name(said)})`;
  const what = entitlement === '' ? thingName : `${entitlement.replaceAll('_', ' ')} of ${thingName}`;
  return `${change === 'gained' ? 'was given' : 'lost'} ${what}${how}`;
}

function peopleWords({ change, before, after }: Change, name: Name): string {
  if (change === 'changed') {
    return `went from ${name(before)} to ${name(after)}`;
  }
  const status = change === 'appeared' ? after : before;
  return `${change === 'appeared' ? 'is new' : 'is gone'}${status === '' || status === 'enabled' ? '' : ` (${change === 'appeared' ? '' : 'was '}${name(status)})`}`;
}

function modelParts(change: Change, name: Name): { readonly subject: string; readonly words: string } {
  if (change.kind === 'role-permission') {
    const verb = change.change === 'gained' ? 'now allows' : 'no longer allows';
    return {
      subject: thing(change, name),
      words: `${verb} ${name(change.permission)} (${count(change.holders, 'holder')})`,
    };
  }
  const subject =
    change.kind === 'tenant'
      ? `tenant ${name(change.tenant)}`
      : change.kind === 'other'
        ? thing(change, name)
        : change.kind === 'role'
          ? `role ${thing(change, name)}`
          : `permission ${name(change.permission)}`;
  if (change.change === 'changed') {
    return { subject, words: `has ${name(change.before)} before, ${name(change.after)} now` };
  }
  return { subject, words: change.change === 'appeared' ? 'is new' : 'is gone' };
}

function thing({ kind, role, tenantId, tenant, permission, held }: Change, name: Name): string {
  if (held !== undefined) {
    return name(thingInWords(held));
  }
  if (kind === 'permission') {
    return `permission ${name(permission)}`;
  }
  return heldInWords({
    kind: kind === 'binding' ? 'binding' : 'role',
    role: name(role),
    tenantId,
    tenant: name(tenant),
  });
}

/** The totals, a line each. */
export function diffInWords({ counts, isSame }: Diff): string {
  if (isSame) {
    return 'Nothing changed: the same people hold the same access.';
  }
  const { gained, lost, tenants, usersAppeared, usersGone, usersChanged, model, flagged, byType = {} } = counts;
  const { inherited = 0, inheritance = 0, mappings = 0 } = counts;
  const places = tenants === 0 ? '' : ` in ${count(tenants, 'place')}`;
  return [
    `Access: ${gained.toLocaleString('en')} gained, ${lost.toLocaleString('en')} lost${places}.`,
    `People: ${usersAppeared.toLocaleString('en')} new, ${usersGone.toLocaleString('en')} gone, ` +
      `${usersChanged.toLocaleString('en')} of another status.`,
    `Tenants, roles, permissions: ${count(model, 'change')}.`,
    ...(inherited + inheritance === 0
      ? []
      : [
          `Inherited: ${count(inherited, 'change')} of access that ${inherited === 1 ? 'follows' : 'follow'}, ` +
            `${count(inheritance, 'change')} of what tenants inherit.`,
        ]),
    ...(mappings === 0 ? [] : [`At the next login: ${count(mappings, 'change')}.`]),
    ...otherTotals(byType),
    ...(flagged === 0
      ? []
      : [
          `To look at first: ${flagged.toLocaleString('en')}, listed first and again in ${flagged === 1 ? 'its' : 'their'} place.`,
        ]),
  ].join('\n');
}

/** "Access keys: 2 changes. Third-party apps: 1 change." */
function otherTotals(byType: Readonly<Record<string, number>>): string[] {
  const totals = Object.entries(byType).map(([type, number]) => `${typeTitle(type)}: ${count(number, 'change')}.`);
  return totals.length === 0 ? [] : [totals.join(' ')];
}

function typeTitle(type: string): string {
  return printable(typeInWords(type, 2)).replace(/^./u, (letter) => letter.toUpperCase());
}

/** A heading, and the changes under it. */
interface Group {
  readonly title: string;
  readonly changes: Iterable<Change>;
}

/** What must be looked at comes first, and again in its place. Each group must be read to its end before the next. */
function* groupsOf(diff: Diff, name: Name): Generator<Group> {
  if (diff.counts.flagged > 0) {
    yield { title: 'To look at first', changes: diff.flagged() };
  }
  const changes = diff.changes();
  let next = changes.next();
  while (next.done !== true) {
    const first = next.value;
    yield { title: titleOf(first, name, diff.namesakes()), changes: alike(keyOf(first)) };
  }
  if ((diff.counts.inheritance ?? 0) > 0) {
    yield { title: 'What tenants inherit', changes: diff.inheritance() };
  }
  if ((diff.counts.mappings ?? 0) > 0) {
    yield { title: 'What the next login gives', changes: diff.mappings() };
  }

  function* alike(key: string): Generator<Change> {
    while (next.done !== true && keyOf(next.value) === key) {
      const { value } = next;
      next = changes.next();
      yield value;
    }
  }
}

function keyOf(change: Change): string {
  const { area, tenantId } = change;
  if (!isKnown(change)) {
    return `${area} of ${typeOf(change)}`;
  }
  return area === 'access' ? `access ${tenantId}` : area;
}

function titleOf(change: Change, name: Name, names: Namesakes): string {
  const { area, tenantId, tenant } = change;
  if (!isKnown(change)) {
    const title = typeTitle(typeOf(change));
    return area === 'model'
      ? title
      : change.held === undefined
        ? `${title}: what they hold`
        : `${title}: who has access`;
  }
  switch (area) {
    case 'access':
      return tenantId === ''
        ? 'Access in the whole project'
        : `Access in ${name(tenantInWords({ id: tenantId, name: tenant }, names))}`;
    case 'people':
      return 'People';
    default:
      return 'Tenants, roles and permissions';
  }
}

/** The type that a change concerns: of a role that somebody gained, that is the type of who holds it. */
function typeOf({ held, principal }: Change): string {
  return held !== undefined && !isFoundingType(held.type) ? held.type : (principal?.type ?? '');
}

const signs = { gained: '+', appeared: '+', lost: '-', gone: '-', changed: '~' } as const;

const colors: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = { '+': 'green', '-': 'red', '~': 'yellow' };

/** Adds colour to a text, where colour is wanted. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'reset', text: string) => string;

/** The changes as a text of aligned lines, grouped by tenant. */
export function* diffLines(
  diff: Diff,
  width: number | undefined,
  paint: Paint = (_style, text) => text,
): Generator<string> {
  for (const { title, changes } of groupsOf(diff, printable)) {
    yield '';
    yield paint('bold', title);
    yield* tableLines(rowsOf(changes, diff.namesakes()), {
      width,
      dress: (line, [sign = '']) => paint(colors[sign] ?? 'reset', line),
      hasNotes: true,
      shrink: [
        { column: 3, to: 0 },
        { column: 1, to: 16 },
        { column: 2, to: 30 },
      ],
    });
  }
}

function* rowsOf(changes: Iterable<Change>, names: Namesakes): Generator<string[]> {
  for (const change of changes) {
    const { subject, words } = partsOf(change, (text) => text);
    yield [
      signs[change.change],
      subject,
      words,
      change.login === change.user ? '' : change.login,
      noteOf(change, names),
    ];
  }
}

/** Why a change is to be looked at, and the ids that it needs. */
function noteOf(change: Change, names: Namesakes): string {
  const flags = change.flags.length === 0 ? '' : `(${change.flags.join('; ')})`;
  return [[flags, idsOf(change, names)].filter((text) => text !== '').join(' '), followsInWords(change)]
    .filter((text) => text !== '')
    .join(noteGap);
}

/** "and what 3 tenants below inherit from it". */
function followsInWords({ follows = 0 }: Change): string {
  return follows === 0
    ? ''
    : `and what ${count(follows, 'tenant')} below ${follows === 1 ? 'inherits' : 'inherit'} from it`;
}

/**
 * The ids that a change needs besides its words. For a role, tenant or permission that came or went, the id without an
 * arrow.
 */
function idsOf(change: Change, names: Namesakes): string {
  const ids = idsNeeded(change, names);
  return change.area === 'model' ? ids.replace(/^-> /, '') : ids;
}

/** The changes as Markdown for a pull request or a ticket. */
export function* diffMarkdown(diff: Diff): Generator<string> {
  for (const { title, changes } of groupsOf(diff, markdownName)) {
    yield '';
    yield `### ${title}`;
    yield '';
    for (const change of changes) {
      const login = change.login === '' || change.login === change.user ? '' : `, ${markdownName(change.login)}`;
      const ids = idsOf(change, diff.namesakes());
      yield `- **${change.change}:** ${changeInWords(change, markdownName)}${login}${ids === '' ? '' : `, ${markdownName(ids)}`}${change.follows === undefined ? '' : `, ${followsInWords(change)}`}${change.flags.length === 0 ? '' : ` (${change.flags.join('; ')})`}`;
    }
  }
}
