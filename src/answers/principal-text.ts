import { typeInWords } from '../sync-format/known-types.ts';
import type { AccessOf, Principal } from './access-of.ts';
import { isUsual, nameAndStatus } from './answer-text.ts';
import { profileInWords, textOf } from './details.ts';
import { printable } from './printable.ts';

// What stands above the answer to `access`: who was asked about, and what is known of them.

export function personInWords({ name, status, login, id, isTest }: AccessOf['user']): string {
  const details = [login, id, ...(isTest ? ['test user'] : [])].filter(
    (text, place) => text !== name && (place !== 0 || text !== id),
  );
  return `${printable(nameAndStatus({ user: name, status }))}${details.length === 0 ? '' : `: ${details.map(printable).join(', ')}`}`;
}

/** "Acme CI: access key, K2abc", "Grace Hopper: console administrator, grace@emulator.example, D2GraceHopper". */
export function principalInWords({ type, id, name, status, actsAs }: Principal, { login }: AccessOf['user']): string {
  const details = [
    typeInWords(type),
    ...[actsAs === undefined ? login : '', id].filter((text) => text !== '' && text !== name),
  ];
  return `${printable(nameAndStatus({ user: name === '' ? id : name, status }))}: ${details.map(printable).join(', ')}`;
}

/** What is known of a principal, and as whom it acts; a line each. */
export function aboutPrincipal(principal: Principal): string[] {
  const { type, actsAs, createdAt, expiresAt, creator, profile, consents } = principal;
  const { ignored_roles: ignored, bound_user_id: bound, created_by: by, description, ...others } = profile;
  const told = profileInWords(JSON.stringify(others));
  const isKeyLike = type.includes('key');
  const times = [
    ...(createdAt === '' ? [] : [`since ${createdAt.slice(0, 10)}`]),
    ...(isKeyLike ? [expiresAt === '' ? 'expires never' : `expires ${expiresAt.slice(0, 10)}`] : []),
  ].join(', ');
  const made = creator === '' && textOf(by) === '' ? '' : `made by ${printable(creator) || textOf(by)}`;
  const acts =
    actsAs === undefined
      ? typeof bound === 'string' && bound !== ''
        ? [`It is bound to the user ${printable(bound)}, who is not in the project: it can do nothing.`]
        : []
      : [
          `It acts as ${printable(actsAs.name)} (${printable(actsAs.id)}): ` +
            `${whatItCan(principal, actsAs)}.${Array.isArray(ignored) && ignored.length > 0 ? ` Its own roles are ignored: ${textOf(ignored)}.` : ''}`,
        ];
  return [
    [textOf(description), times, made, told].filter((text) => text !== '').join('; '),
    ...acts,
    ...(consents === undefined
      ? []
      : [`Those who consented to it: ${consents.toLocaleString('en')}; who-can tells them.`]),
    ...(type === 'application' ? ['An application holds nothing itself; who-can tells who was given it.'] : []),
  ].filter((text) => text !== '');
}

/** What a bound key can do at present: nothing where it, or its user, is not in use. */
function whatItCan({ status }: Principal, { status: ofUser }: NonNullable<Principal['actsAs']>): string {
  const idle = [
    ...(isUsual(status) ? [] : [`it is ${printable(status)}`]),
    ...(isShut(ofUser) ? [`the user is ${printable(ofUser)}`] : []),
  ];
  return idle.length === 0
    ? 'it can do what this user can'
    : `it can do nothing while ${idle.join(' and ')}, and afterwards what this user can`;
}

/** Users who cannot log in. */
function isShut(status: string): boolean {
  return status === 'disabled' || status === 'expired';
}

/** A key of a user: its name, and what makes it more or less of a risk. */
export function keyRow({ id, name, status, expiresAt, profile: { ignored_roles: ignored } }: Principal): string[] {
  const isIgnoring = Array.isArray(ignored) && ignored.length > 0;
  return [
    nameAndStatus({ user: name === '' ? id : name, status }),
    expiresAt === '' ? 'expires never' : `expires ${expiresAt.slice(0, 10)}`,
    isIgnoring ? `its own roles are ignored: ${textOf(ignored)}` : '',
  ];
}
