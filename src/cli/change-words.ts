import type { Target } from '../access/target.ts';
import { printable } from '../answers/printable.ts';
import { entitlementIdOf } from '../model/ids.ts';
import { auditInherited, auditPolicy, auditPrincipal, auditReturning, type AuditState } from '../provisioning/audit.ts';
import type { Change } from '../provisioning/change.ts';
import type { HeldConsent } from '../provisioning/shown.ts';
import { returningText } from '../provisioning/returning.ts';
import { writeLines } from './write-lines.ts';

/** The outcome of a change for people: a sentence, the side effects, and the user's record before and after. */
export function changeSentences(change: Change): readonly string[] {
  const { operation, outcome, words, writes } = change;
  const [user, target] = [personOf(change), thingOf(change)];
  const says = sentenceOf(change.target);
  const also = (verb: string): readonly string[] =>
    words.alongside.length > 0 ? [`With it ${verb}: ${words.alongside.map(printable).join(', ')}.`] : [];
  const directly = change.inherited.length === 0 ? '' : 'directly ';
  const notNow = `${user} ${says.not(directly)} ${target}`;
  switch (outcome) {
    case 'granted':
      return [
        `${user} ${says.now} ${target}.`,
        ...also('came'),
        ...beforeAndAfter(change),
        ...inheritedToo(change),
        ...policyWords(change),
        ...cannotUse(change),
      ];
    case 'already-granted':
      return [`${user} ${says.already} ${target}: nothing sent.`, ...inheritedToo(change), ...cannotUse(change)];
    case 'revoked':
      return [
        `${notNow} any more.`,
        ...also('went'),
        ...beforeAndAfter(change),
        ...inheritedToo(change),
        ...comesBack(change),
        ...cannotUse(change),
      ];
    case 'already-revoked':
      if (!words.isKnownPrincipal) {
        return [`There is no ${words.noun} ${user} in the project: nothing sent. Is the id right?`];
      }
      return [
        words.unknown === ''
          ? `${notNow}: nothing sent.`
          : `There is no ${printable(words.unknown)} in the project: nothing sent. Is the id right?`,
        ...inheritedToo(change),
      ];
    case 'planned':
      return [
        `Nothing was sent. To ${operation} ${says.what ?? ''}${target} ${operation === 'grant' ? 'to' : 'from'} ${user}, ` +
          `${writes.length === 1 ? 'this' : `these ${writes.length}`} would be:`,
        ...writes.flatMap(writeLines),
        ...also(operation === 'grant' ? 'would come' : 'would go'),
        ...beforeAndAfter(change),
        ...inheritedToo(change),
        ...comesBack(change),
        ...policyWords(change),
        ...cannotUse(change),
      ];
  }
}

interface Sentence {
  /** What is given or taken, before its name; left out where the name says it. */
  readonly what?: string;
  readonly now: string;
  readonly already: string;
  not(directly: string): string;
}

/** How to say that somebody holds what an entitlement gives. */
function sentenceOf({ typeId }: Target): Sentence {
  switch (typeId) {
    case 'tenant':
      return {
        now: 'is now a member of',
        already: 'is already a member of',
        not: (directly) => `is not ${directly}a member of`,
      };
    case 'application':
      return {
        what: 'access to ',
        now: 'now has access to',
        already: 'already has access to',
        not: () => 'does not have access by name to',
      };
    case 'third_party_app':
      return {
        what: 'the consent to ',
        now: 'now consents to',
        already: 'already consents to',
        not: () => 'has no consent to',
      };
    default:
      return { now: 'now holds', already: 'already holds', not: (directly) => `does not ${directly}hold` };
  }
}

/** What inheritance gives besides: a revoke does not take it, which people must not overlook. */
function inheritedToo({ operation, outcome, inherited, words }: Change): readonly string[] {
  if (inherited.length === 0) {
    return [];
  }
  const isSure = inherited.some(({ flow }) => flow.certainty === 'derived');
  const still = outcome === 'planned' ? 'it would still be held' : 'it is still held';
  const held = operation === 'grant' ? 'It is also held' : `Warning: ${still}`;
  return [`${held}${isSure ? '' : ', perhaps,'} by inheritance: ${words.inherited}.`];
}

/** What a revoke does not end for good. */
function comesBack({ returning: { mayReturn, unknown } }: Change): readonly string[] {
  if (unknown !== undefined) {
    return [`Warning: whether it comes back at the next login could not be read: ${printable(unknown)}`];
  }
  return mayReturn.length === 0 ? [] : [`Warning: it may come back at the next login, by ${returningText(mayReturn)}.`];
}

/** What the policy says of a grant that is made nevertheless. */
export function policyWords({
  outcome,
  policy: { broken, unknown },
}: Pick<Change, 'policy'> & { readonly outcome: string }): readonly string[] {
  const breaks = outcome === 'planned' ? 'would break' : 'breaks';
  return [
    ...broken.map(
      ({ rule, detail }) => `Warning: this ${breaks} ${printable(rule)} of the policy: ${printable(detail)}.`,
    ),
    ...(unknown === undefined ? [] : [`Warning: ${printable(unknown)}.`]),
  ];
}

/** What is held is no use to a key that has ended, or that was switched off, nor an application that is. */
function cannotUse({ operation, words: { noun, idle, isDisabled } }: Change): readonly string[] {
  return [
    ...(idle === '' ? [] : [`Note: the ${noun} is ${printable(idle)}.`]),
    ...(isDisabled && operation === 'grant'
      ? ['Note: the application is disabled: nobody reaches it until it is enabled.']
      : []),
  ];
}

/** The outcome for a script. */
export function toChangeLine({
  operation,
  outcome,
  requestId,
  target,
  principal,
  before,
  after,
  alongside,
  inherited,
  returning,
  policy,
  writes,
  words,
}: Change): object {
  const entitlement = entitlementIdOf(target);
  return {
    operation,
    outcome,
    entitlement,
    principal: auditPrincipal(principal.typeId, principal.id),
    user: words.principal,
    login: words.login,
    before,
    after,
    alongside,
    ...(inherited.length > 0 && { alsoInherited: auditInherited(inherited) }),
    ...auditReturning(returning),
    ...auditPolicy(policy),
    ...(words.idle !== '' && { principalStatus: words.idle }),
    ...(words.isDisabled && { resourceStatus: 'disabled' }),
    writes,
    requestId,
  };
}

/** Many people share a name: login id and user id stand with it. */
function personOf({ principal: { typeId, id }, words: { principal: name, login } }: Change): string {
  if (typeId === 'tenant') {
    return `Tenant ${printable(name === id ? id : `${name} (${id})`)}`;
  }
  if (name === id) {
    return printable(id);
  }
  return printable(login === '' || login === name ? `${name} (${id})` : `${name} <${login}> (${id})`);
}

/** Tenants and applications can share a name, too. */
function thingOf({ target: { typeId, resourceId, tenantId }, words }: Change): string {
  const isApp = typeId === 'application' || typeId === 'third_party_app';
  const id = isApp ? resourceId : tenantId;
  const name = isApp ? words.target : words.tenant;
  return printable(id === '' || name === id ? words.target : `${words.target} (${id})`);
}

function beforeAndAfter({ target, before, after, outcome, words }: Change): readonly string[] {
  const told = (state: AuditState | undefined): string => (state === undefined ? 'not known' : stateOf(state));
  const what = placeOf(target, words);
  return [
    `Before, ${what}: ${told(before)}.`,
    `After, ${what}${outcome === 'planned' ? ', would be' : ''}: ${told(after)}.`,
  ];
}

/** What of the record is told. */
function placeOf({ typeId, tenantId }: Target, words: Change['words']): string {
  if (typeId === 'application') {
    return 'applications by name';
  }
  if (typeId === 'third_party_app') {
    return 'consents';
  }
  return `in ${printable(tenantId === '' ? 'the whole project' : words.tenant)}`;
}

function stateOf({ member, roles = [], applications, consents }: AuditState): string {
  if (consents !== undefined) {
    return consents.length === 0 ? 'none' : consents.map(consentText).join(', ');
  }
  if (applications !== undefined) {
    return applications.length === 0 ? 'none' : applications.map(printable).join(', ');
  }
  if (member === false) {
    return 'not a member';
  }
  const held = roles.length === 0 ? 'no roles' : roles.map(printable).join(', ');
  return member === undefined ? held : `member, ${held}`;
}

/** `TPC2abc in acme (email, invoices)`, `TPC2def, over already (email)`. */
function consentText({ id, scopes, tenantId, isOver }: HeldConsent): string {
  const where = tenantId === undefined ? '' : ` in ${tenantId}`;
  const over = isOver === true ? ', over already' : '';
  return printable(`${id}${where}${over} (${scopes.length === 0 ? 'no scopes' : scopes.join(', ')})`);
}
