import type { ReportAnyKey } from '../../answers/report-things.ts';
import { type Analysis, isPrivileged } from './analysis.ts';
import { grantsOfKey } from './console.ts';
import { daysUntil } from './days.ts';
import type { Finding, FindingRow, ThingRef } from './finding.ts';
import { direct } from './inherited.ts';
import { endsSoon, expiryInWords, heldAs, keyFacts, lastSix, showsKeys, soonDays } from './keys.ts';
import { isShut } from './people.ts';
import type { Project } from './project.ts';

/**
 * Findings about access keys and management keys. Those of a kind that was not read are not there: the page says once
 * what was not.
 */
export function keyFindings(project: Project, analysis: Analysis): Finding[] {
  const hasKeys = showsKeys(project, 'access_key');
  if (!hasKeys && !showsKeys(project, 'management_key')) {
    return [];
  }
  const keys = judgedKeys(project, analysis);
  return [
    ...(hasKeys ? [privilegedKeys(project, analysis), boundToNobody(project, analysis)] : []),
    endingSoon(project, keys),
    expired(project, keys),
    neverExpiring(keys),
    fromAnywhere(keys),
    ...(hasKeys ? [creatorGone(project, analysis), ignoredRoles(project)] : []),
  ];
}

export function keyRef({ keys }: Pick<Project, 'keys'>, key: number): ThingRef {
  const { id = '', name = '' } = keys[key] ?? {};
  return { kind: 'key', name, id, marks: ['access key', lastSix(id)], route: ['keys', id] };
}

export function managementKeyRef({ id, name }: Pick<ReportAnyKey, 'id' | 'name'>): ThingRef {
  return { kind: 'management-key', name, id, marks: ['management key', lastSix(id)], route: ['keys', id] };
}

/** A key of either kind, and why it is privileged; '' where it is not. */
interface JudgedKey {
  readonly what: ThingRef;
  readonly key: ReportAnyKey;
  readonly power: string;
  readonly isScim: boolean;
}

function judgedKeys(project: Project, analysis: Analysis): JudgedKey[] {
  const { owners, powers } = keyFacts(project, analysis);
  const own = project.keys.map((key, at) => {
    const names = powers[at]?.privileged.map((role) => project.roles[role]?.name ?? '') ?? [];
    const acts = owners[at]?.kind === 'user' ? 'acts as somebody with' : 'holds';
    return {
      what: keyRef(project, at),
      key,
      power: [
        ...(key.isScim === true ? ['makes and removes people by SCIM'] : []),
        ...(names.length === 0 ? [] : [`${acts} ${names.join(', ')}`]),
      ].join('; '),
      isScim: key.isScim === true,
    };
  });
  const ofCompany = project.console.keys.map((key, at) => {
    const roles = [...new Set([...key.companyRoles, ...grantsOfKey(project, at).flatMap((grant) => grant.roles)])];
    return {
      what: managementKeyRef(key),
      key,
      power: roles.length === 0 ? '' : `has ${roles.join(', ')}`,
      isScim: false,
    };
  });
  return [...own, ...ofCompany];
}

function privilegedKeys(project: Project, analysis: Analysis): Finding {
  const { owners } = keyFacts(project, analysis);
  return {
    id: 'keys-privileged',
    urgency: 'look',
    title: 'Access keys with a privileged role',
    rule:
      'The key holds the role directly, or is bound to somebody who does and can do the same. Whoever has the key can ' +
      'use it without a second factor. Check that the program behind it still needs so much, and give it a narrower ' +
      'role where it does not.',
    none: 'No access key holds a privileged role.',
    columns: ['what', 'state', 'user', 'role', 'place', 'why'],
    rows: project.keys.flatMap((key, at) => {
      const owner = owners[at] ?? { kind: 'itself' };
      return heldAs(project, at, owner)
        .filter(({ role, edge }) => edge === direct && isPrivileged(analysis, role))
        .map(({ role, place }): FindingRow => ({
          what: keyRef(project, at),
          state: key.status,
          user: owner.kind === 'user' ? owner.user : undefined,
          role,
          place,
          why: analysis.privilege[role]?.join('; '),
        }));
    }),
  };
}

function boundToNobody(project: Project, analysis: Analysis): Finding {
  const { owners } = keyFacts(project, analysis);
  return {
    id: 'keys-bound',
    urgency: 'act',
    title: 'Access keys of people who are gone, disabled or expired',
    rule:
      'The key acts as a user who does not exist any more, or who cannot log in. It should do nothing today; whatever ' +
      'uses it fails, or begins to work again when the user is enabled. Delete the key.',
    none: 'Every bound key acts as somebody who can log in.',
    columns: ['what', 'state', 'user', 'status', 'why'],
    rows: project.keys.flatMap((key, at): FindingRow[] => {
      const owner = owners[at] ?? { kind: 'itself' };
      const row = { what: keyRef(project, at), state: key.status };
      if (owner.kind === 'gone') {
        return [{ ...row, why: `bound to ${owner.id}, who is gone` }];
      }
      return owner.kind === 'user' && isShut(project, owner.user)
        ? [{ ...row, user: owner.user, why: 'bound to somebody who cannot log in' }]
        : [];
    }),
  };
}

function endingSoon(project: Project, keys: readonly JudgedKey[]): Finding {
  return {
    id: 'keys-soon',
    urgency: 'act',
    title: `Keys that expire within ${soonDays} days`,
    rule:
      `The key is active and ends within ${soonDays} days of the sync. Whatever uses it stops then: make a new key, or ` +
      'delete it where nothing does.',
    none: 'No active key ends soon.',
    columns: ['what', 'state', 'why'],
    rows: keys
      .filter(({ key }) => endsSoon(project, key))
      .toSorted((left, right) => left.key.expiresAt - right.key.expiresAt)
      .map(({ what, key, power }) => ({
        what,
        state: key.status,
        why: [expiryInWords(project, key), power].filter((text) => text !== '').join('; '),
      })),
  };
}

function expired(project: Project, keys: readonly JudgedKey[]): Finding {
  return {
    id: 'keys-expired',
    urgency: 'look',
    title: 'Keys that have expired and were not deleted',
    rule:
      'Their time was over at the sync, whether Descope still calls them active or not. They keep what they hold, and ' +
      'have it again as soon as somebody makes their time longer. Delete them. Where a key provisioned people by SCIM, ' +
      'that has stopped: people who leave are not taken out any more.',
    none: 'No key has expired.',
    columns: ['what', 'state', 'why'],
    rows: keys
      .filter(({ key }) => key.status === 'expired' || (key.expiresAt !== 0 && daysUntil(project, key.expiresAt) < 0))
      .map(({ what, key, power, isScim }) => ({
        what,
        state: key.status,
        why: [isScim ? 'nobody is taken out by it any more' : '', expiryInWords(project, key), power]
          .filter((text) => text !== '')
          .join('; '),
      })),
  };
}

function neverExpiring(keys: readonly JudgedKey[]): Finding {
  return {
    id: 'keys-forever',
    urgency: 'look',
    title: 'Privileged keys that never expire',
    rule:
      'The key is active, has no end, and holds a privileged role, acts as somebody who does, makes and removes people ' +
      'by SCIM, or is a management key with a role. One that was copied somewhere stays good until somebody thinks of ' +
      'it. Make a new one that ends, and delete this one.',
    none: 'Every privileged key ends some day.',
    columns: ['what', 'state', 'why'],
    rows: privileged(keys)
      .filter(({ key }) => key.expiresAt === 0)
      .map(({ what, key, power }) => ({ what, state: key.status, why: power })),
  };
}

function fromAnywhere(keys: readonly JudgedKey[]): Finding {
  return {
    id: 'keys-anywhere',
    urgency: 'look',
    title: 'Privileged keys that may be used from anywhere',
    rule:
      'The key is active, no address is named from which it may be used, and it holds a privileged role, acts as ' +
      'somebody who does, makes and removes people by SCIM, or is a management key with a role. Name the addresses of ' +
      'the program that uses it.',
    none: 'Every privileged key is limited to addresses.',
    columns: ['what', 'state', 'why'],
    rows: privileged(keys)
      .filter(({ key }) => key.addresses.length === 0)
      .map(({ what, key, power }) => ({ what, state: key.status, why: power })),
  };
}

function privileged(keys: readonly JudgedKey[]): readonly JudgedKey[] {
  return keys.filter(({ key, power }) => power !== '' && key.status === 'active');
}

function creatorGone(project: Project, analysis: Analysis): Finding {
  const { creators } = keyFacts(project, analysis);
  return {
    id: 'keys-creator',
    urgency: 'look',
    title: 'Access keys whose creator is gone',
    rule:
      'Somebody who is no user of the project any more made the key, and may have kept it. Find out what uses it, and ' +
      'replace it. Where management keys were not read, an id that may be one of theirs is left out.',
    none: 'The creator of every key is known, or is not told.',
    columns: ['what', 'state', 'why'],
    rows: project.keys.flatMap((key, at) => {
      const creator = creators[at];
      return creator?.kind === 'gone'
        ? [{ what: keyRef(project, at), state: key.status, why: `made by ${creator.id}` }]
        : [];
    }),
  };
}

function ignoredRoles(project: Project): Finding {
  return {
    id: 'keys-ignored',
    urgency: 'note',
    title: 'Roles of bound keys that are ignored',
    rule:
      'A key that is bound to a user acts with the roles of that user; roles of its own give nothing. Take them away, ' +
      'so that nobody counts on them.',
    none: 'No bound key has roles of its own.',
    columns: ['what', 'state', 'why'],
    rows: project.keys.flatMap((key, at) =>
      key.ignoredRoles.length === 0
        ? []
        : [{ what: keyRef(project, at), state: key.status, why: `ignored: ${key.ignoredRoles.join(', ')}` }],
    ),
  };
}
