import type { Endpoint } from './endpoint.ts';

/** What the calls below a path are about, the longer paths first; Descope publishes no names of rights. */
const subjects: readonly (readonly [below: string, subject: string])[] = [
  ['accesskey', 'access keys'],
  ['scim/key', 'access keys'],
  ['sso/idp/apps', 'SSO applications'],
  ['sso/', 'SSO settings'],
  ['thirdparty/', 'third-party apps'],
  ['audit/', 'the audit log'],
  ['password/', 'password settings'],
  ['user', 'users'],
  ['tenant/', 'tenants'],
  ['role/', 'roles'],
  ['permission/', 'permissions'],
  ['group/', 'groups'],
];

/** What a management key must be let to do for a call. */
export interface Right {
  readonly does: 'read' | 'update';
  /** "access keys"; "the company", whose calls need a key that no project limits. */
  readonly subject: string;
}

export function rightOf({ path, effect, isOfCompany }: Endpoint): Right {
  const does = effect === 'read' ? 'read' : 'update';
  const call = path.replace(/^\/v\d\/mgmt\//, '');
  const subject = isOfCompany === true ? 'the company' : subjects.find(([below]) => call.startsWith(below))?.[1];
  if (subject === undefined) {
    throw new Error(`nobody says which right ${path} needs`);
  }
  return { does, subject };
}

/** "read access keys". */
export function inWords({ does, subject }: Right): string {
  return `${does} ${subject}`;
}
