import { readFile } from 'node:fs/promises';
import stringWidth from 'string-width';
import { adaLovelace } from '../emulator/emulator.ts';
import { printable } from '../printable.ts';

/** As much of a sync file as the three answers need. */
interface SyncFileRows {
  readonly resources: readonly {
    readonly id: { readonly resourceType: string; readonly resource: string };
    readonly displayName: string;
    readonly profile?: Readonly<Record<string, unknown>>;
  }[];
  readonly grants: readonly {
    readonly entitlement: {
      readonly id: string;
      readonly resource: { readonly id: { readonly resourceType: string; readonly resource: string } };
    };
    readonly principal: { readonly id: { readonly resourceType: string; readonly resource: string } };
  }[];
}

const asked = { permission: 'invoices.approve', user: adaLovelace.userId };
const lineWidth = 80;

/**
 * Three answers taken from the demo's file, so that a reader sees what it is good for. Whoever shares a name has the
 * login with it.
 */
export async function readDemoAnswers(path: string): Promise<readonly string[]> {
  const { resources, grants } = JSON.parse(await readFile(path, 'utf8')) as SyncFileRows; // our own file, just written
  const people = resources.filter(({ id }) => id.resourceType === 'user');
  const namesakes = Map.groupBy(people, ({ displayName }) => displayName);
  const names = new Map(
    resources.map((row) => [
      `${row.id.resourceType}:${row.id.resource}`,
      (namesakes.get(row.displayName)?.length ?? 0) > 1 ? nameWithLogin(row) : row.displayName,
    ]),
  );
  const nameOf = ({ resourceType, resource }: { readonly resourceType: string; readonly resource: string }): string =>
    printable(names.get(`${resourceType}:${resource}`) ?? resource);
  const holdersOf = (resourceType: string, resource: string): readonly string[] =>
    grants
      .filter(
        ({ entitlement }) =>
          entitlement.resource.id.resourceType === resourceType && entitlement.resource.id.resource === resource,
      )
      .map(({ principal }) => nameOf(principal.id));

  const conferring = grants
    .filter(({ entitlement }) => entitlement.id === `permission:${asked.permission}:granted`)
    .map(({ principal }) => principal.id);
  const ways = conferring
    .map((id) => ({ name: nameOf(id), holders: holdersOf(id.resourceType, id.resource) }))
    .filter(({ holders }) => holders.length > 0);

  const held = grants
    .filter(({ principal }) => principal.id.resource === asked.user)
    .map(({ entitlement }) => entitlement.resource.id);

  const disabled = new Set(
    resources
      .filter(({ id, profile }) => id.resourceType === 'user' && profile?.['status'] === 'disabled')
      .map(({ id }) => id.resource),
  );
  const stillHolding = new Set(grants.map(({ principal }) => principal.id.resource).filter((id) => disabled.has(id)));

  return [
    `Who can ${asked.permission}, and where?`,
    ...ways.map(({ name, holders }) =>
      lineOf(`  ${name}: ${holders.length} ${holders.length === 1 ? 'person' : 'people'} (`, holders, ')'),
    ),
    `What does ${nameOf({ resourceType: 'user', resource: asked.user })} hold?`,
    lineOf(
      '  ',
      held.map((id) => `${id.resourceType === 'tenant' ? 'member of ' : ''}${nameOf(id)}`),
    ),
    'Which disabled users still hold access?',
    lineOf(
      `  ${stillHolding.size} of ${disabled.size}: `,
      [...stillHolding].map((resource) => nameOf({ resourceType: 'user', resource })),
    ),
  ];
}

function nameWithLogin({ id, displayName, profile }: SyncFileRows['resources'][number]): string {
  const [login] = Array.isArray(profile?.['login_ids']) ? profile['login_ids'] : [];
  return id.resourceType !== 'user' || login === displayName
    ? displayName
    : `${displayName} <${String(login ?? id.resource)}>`;
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
