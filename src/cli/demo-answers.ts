import { readFile } from 'node:fs/promises';
import { printable } from '../printable.ts';

/** As much of a sync file as the three answers need. */
interface SyncFileRows {
  readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string }; readonly displayName: string; readonly profile?: Readonly<Record<string, unknown>> }[];
  readonly grants: readonly {
    readonly entitlement: { readonly id: string; readonly resource: { readonly id: { readonly resourceType: string; readonly resource: string } } };
    readonly principal: { readonly id: { readonly resourceType: string; readonly resource: string } };
  }[];
}

const asked = { permission: 'invoices.approve', user: 'Ada Lovelace' };

/** Three answers taken from the demo's file, so that a reader sees what it is good for. */
export async function readAnswers(path: string): Promise<readonly string[]> {
  const { resources, grants } = JSON.parse(await readFile(path, 'utf8')) as SyncFileRows; // our own file, just written
  const names = new Map(resources.map(({ id, displayName }) => [`${id.resourceType}:${id.resource}`, displayName]));
  const nameOf = ({ resourceType, resource }: { readonly resourceType: string; readonly resource: string }): string => printable(names.get(`${resourceType}:${resource}`) ?? resource);
  const holdersOf = (resourceType: string, resource: string): readonly string[] =>
    grants.filter(({ entitlement }) => entitlement.resource.id.resourceType === resourceType && entitlement.resource.id.resource === resource).map(({ principal }) => nameOf(principal.id));

  const conferring = grants.filter(({ entitlement }) => entitlement.id === `permission:${asked.permission}:granted`).map(({ principal }) => principal.id);
  const ways = conferring.map((id) => ({ name: nameOf(id), holders: holdersOf(id.resourceType, id.resource) })).filter(({ holders }) => holders.length > 0);

  const person = resources.find(({ id, displayName }) => id.resourceType === 'user' && displayName === asked.user)?.id.resource;
  const held = grants.filter(({ principal }) => principal.id.resource === person).map(({ entitlement }) => entitlement.resource.id);

  const disabled = new Set(resources.filter(({ id, profile }) => id.resourceType === 'user' && profile?.['status'] === 'disabled').map(({ id }) => id.resource));
  const stillHolding = new Set(grants.map(({ principal }) => principal.id.resource).filter((id) => disabled.has(id)));

  return [
    `Who can ${asked.permission}, and where?`,
    ...ways.map(({ name, holders }) => `  ${name}: ${holders.length} ${holders.length === 1 ? 'person' : 'people'} (${list(holders, 3)})`),
    `What does ${asked.user} hold?`,
    `  ${list(held.map((id) => `${id.resourceType === 'tenant' ? 'member of ' : ''}${nameOf(id)}`), 8)}`,
    'Which disabled users still hold access?',
    `  ${stillHolding.size} of ${disabled.size}: ${list([...stillHolding].map((resource) => nameOf({ resourceType: 'user', resource })), 3)}`,
  ];
}

function list(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(', ');
  if (names.length > most) {
    return `${shown} and ${names.length - most} more`;
  }
  return shown === '' ? 'nothing' : shown;
}
