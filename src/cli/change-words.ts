import { printable, printableJson } from '../answers/printable.ts';
import { entitlementIdOf } from '../model/ids.ts';
import {
  auditInherited,
  auditPrincipal,
  auditReturning,
  type AuditState,
  type PlannedWrite,
} from '../provisioning/audit.ts';
import type { Change } from '../provisioning/change.ts';
import { returningText } from '../provisioning/returning.ts';

/** The outcome of a change for people: a sentence, the side effects, and the user's record before and after. */
export function changeSentences(change: Change): readonly string[] {
  const { operation, outcome, words, writes } = change;
  const [user, target] = [personOf(change), thingOf(change)];
  const isMembership = change.target.roleName === undefined;
  const also = (verb: string): readonly string[] =>
    words.alongside.length > 0 ? [`With it ${verb}: ${words.alongside.map(printable).join(', ')}.`] : [];
  const now = isMembership ? `${user} is now a member of ${target}` : `${user} now holds ${target}`;
  const directly = change.inherited.length === 0 ? '' : 'directly ';
  const notNow = isMembership
    ? `${user} is not ${directly}a member of ${target}`
    : `${user} does not ${directly}hold ${target}`;
  switch (outcome) {
    case 'granted':
      return [`${now}.`, ...also('came'), ...beforeAndAfter(change), ...inheritedToo(change), ...cannotUse(change)];
    case 'already-granted':
      return [
        `${isMembership ? `${user} is already a member of ${target}` : `${user} already holds ${target}`}: nothing sent.`,
        ...inheritedToo(change),
        ...cannotUse(change),
      ];
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
        words.isKnownTenant
          ? `${notNow}: nothing sent.`
          : `There is no tenant ${printable(change.target.tenantId)} in the project: nothing sent. Is the id right?`,
        ...inheritedToo(change),
      ];
    case 'planned':
      return [
        `Nothing was sent. To ${operation} ${target} ${operation === 'grant' ? 'to' : 'from'} ${user}, ${writes.length === 1 ? 'this' : `these ${writes.length}`} would be:`,
        ...writes.flatMap(writeLines),
        ...also(operation === 'grant' ? 'would come' : 'would go'),
        ...beforeAndAfter(change),
        ...inheritedToo(change),
        ...comesBack(change),
        ...cannotUse(change),
      ];
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

/** A request that would be sent, and the whole list that it would replace. */
function writeLines({ request, body, replaces }: PlannedWrite): readonly string[] {
  const line = `  ${request} ${printableJson(body)}`;
  return replaces === undefined ? [line] : [line, `  in the place of ${printableJson(replaces)}`];
}

/** What is held is no use to a key that has ended, or that was switched off. */
function cannotUse({ words: { noun, idle } }: Change): readonly string[] {
  return idle === '' ? [] : [`Note: the ${noun} is ${printable(idle)}.`];
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
    ...(words.idle !== '' && { principalStatus: words.idle }),
    writes,
    requestId,
  };
}

/** Many people share a name: login id and user id stand with it. */
function personOf({ principal: { id }, words: { principal: name, login } }: Change): string {
  if (name === id) {
    return printable(id);
  }
  return printable(login === '' || login === name ? `${name} (${id})` : `${name} <${login}> (${id})`);
}

/** Tenants can share a name, too. */
function thingOf({ target: { tenantId }, words }: Change): string {
  return printable(tenantId === '' || words.tenant === tenantId ? words.target : `${words.target} (${tenantId})`);
}

function beforeAndAfter({ target, before, after, outcome, words }: Change): readonly string[] {
  const told = (state: AuditState | undefined): string => (state === undefined ? 'not known' : stateOf(state));
  const where = printable(target.tenantId === '' ? 'the whole project' : words.tenant);
  return [
    `Before, in ${where}: ${told(before)}.`,
    `After, in ${where}${outcome === 'planned' ? ', would be' : ''}: ${told(after)}.`,
  ];
}

function stateOf({ member, roles }: AuditState): string {
  if (member === false) {
    return 'not a member';
  }
  const held = roles.length === 0 ? 'no roles' : roles.map(printable).join(', ');
  return member === undefined ? held : `member, ${held}`;
}
