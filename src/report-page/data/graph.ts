import { throughProject } from '../../answers/access-rules.ts';
import { counted, number } from '../format.ts';
import type { HeldRole } from './access.ts';
import { marksOf, roleInWords, tenantInWords } from './people.ts';
import type { Project } from './project.ts';
import type { CountThere } from './tenant-access.ts';

export type NodeKind = 'person' | 'place' | 'role' | 'permission' | 'more';

/** A box of a path graph. Columns go from left to right: person, place, role, permission. */
export interface PathNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly detail?: string | undefined;
  /** Lines below the name: what tells a person apart, login and user id; how a role comes to count. */
  readonly marks?: readonly string[] | undefined;
  /** Where a click leads: the kind of thing and its id; absent for none. */
  readonly thing?: readonly [kind: string, id: string] | undefined;
}

export interface PathEdge {
  readonly from: string;
  readonly to: string;
}

export interface PathGraph {
  readonly nodes: readonly PathNode[];
  readonly edges: readonly PathEdge[];
}

/** Boxes of a column beyond this many are summed up in one. */
const mostInColumn = 7;

/** Person -> place -> role, for all they hold; with a permission only the ways to it, and the permission at the end. */
export function graphOfPerson(
  project: Project,
  user: number,
  held: readonly HeldRole[],
  memberOf: readonly number[],
  permission?: number,
): PathGraph {
  const graph = createGraph();
  graph.node({ id: 'person', kind: 'person', label: project.users.name.at(user), marks: marksOf(project, user) });
  const ways =
    permission === undefined ? held : held.filter(({ role }) => project.roles[role]?.allows.includes(permission));
  const shown = ways.slice(0, mostInColumn);
  for (const { role, place } of shown) {
    graph.path(
      'person',
      placeNode(project, place),
      roleNode(project, role, place),
      ...(permission === undefined ? [] : [permissionNode(project, permission)]),
    );
  }
  if (permission === undefined) {
    const bare = memberOf
      .filter((tenant) => !ways.some(({ place }) => place === tenant))
      .slice(0, Math.max(0, mostInColumn - shown.length));
    bare.forEach((tenant) => graph.path('person', { ...placeNode(project, tenant), detail: 'member, no role' }));
  }
  if (ways.length > shown.length) {
    graph.path('person', { id: 'more', kind: 'more', label: `${ways.length - shown.length} more` });
  }
  return graph.done();
}

/** Tenant -> roles that count in it, the most held first. */
export function graphOfTenant(project: Project, tenant: number, roles: readonly CountThere[]): PathGraph {
  const graph = createGraph();
  const node = placeNode(project, tenant);
  const parent = project.tenants.findIndex(({ id }) => id === project.tenants[tenant]?.parentId);
  graph.node(node);
  if (parent !== -1) {
    graph.path(graph.node({ ...placeNode(project, parent), detail: 'parent tenant' }), node);
  }
  const children = project.tenants.flatMap(({ parentId }, at) =>
    parentId !== '' && parentId === project.tenants[tenant]?.id ? [at] : [],
  );
  limited(
    children,
    (child) => graph.path(node.id, { ...placeNode(project, child), detail: 'child tenant' }),
    (more) => graph.path(node.id, { id: 'more children', kind: 'more', label: `${more} more tenants` }),
    3,
  );
  limited(
    roles,
    ({ of, people, throughProject: through }) =>
      graph.path(node.id, {
        ...roleNode(project, of, tenant),
        detail: counted(people, 'person', 'people'),
        marks: through === 0 ? [] : [`${through === people ? '' : `${number(through)} `}${throughProject}`],
      }),
    (more) => graph.path(node.id, { id: 'more', kind: 'more', label: `${more} more roles` }),
  );
  return graph.done();
}

/** Places where a role is held -> the role -> what it allows. */
export function graphOfRole(
  project: Project,
  role: number,
  places: readonly { readonly place: number; readonly people: number }[],
): PathGraph {
  const graph = createGraph();
  const node = { ...roleNode(project, role, -1), id: 'role' };
  graph.node(node);
  limited(
    places,
    ({ place, people }) =>
      graph.path(graph.node({ ...placeNode(project, place), detail: counted(people, 'person', 'people') }), node),
    (more) => graph.path(graph.node({ id: 'more places', kind: 'more', label: `${more} more tenants` }), node),
  );
  limited(
    project.roles[role]?.allows ?? [],
    (permission) => graph.path('role', permissionNode(project, permission)),
    (more) => graph.path('role', { id: 'more permissions', kind: 'more', label: `${more} more permissions` }),
  );
  return graph.done();
}

/** Roles that allow a permission -> the permission. */
export function graphOfPermission(
  project: Project,
  permission: number,
  roles: readonly { readonly role: number; readonly people: number }[],
): PathGraph {
  const graph = createGraph();
  const node = permissionNode(project, permission);
  graph.node(node);
  limited(
    roles,
    ({ role, people }) => {
      const own = project.roles[role]?.tenant ?? -1;
      const by = graph.node({ ...roleNode(project, role, own), detail: counted(people, 'person', 'people') });
      if (own !== -1) {
        graph.path(graph.node(placeNode(project, own)), { ...roleNode(project, role, own) });
      }
      graph.path(by, node);
    },
    (more) => graph.path(graph.node({ id: 'more', kind: 'more', label: `${more} more roles` }), node),
  );
  return graph.done();
}

function limited<T>(
  items: readonly T[],
  show: (item: T) => void,
  sumUp: (more: number) => void,
  most = mostInColumn,
): void {
  const shown = items.length > most ? items.slice(0, most - 1) : items;
  shown.forEach(show);
  if (items.length > shown.length) {
    sumUp(items.length - shown.length);
  }
}

function placeNode(project: Project, place: number): PathNode {
  const tenant = project.tenants[place];
  return tenant === undefined
    ? { id: 'place', kind: 'place', label: 'Whole project' }
    : { id: `place ${place}`, kind: 'place', label: tenantInWords(project, place), thing: ['tenants', tenant.id] };
}

function roleNode(project: Project, role: number, place: number): PathNode {
  const found = project.roles[role];
  const own =
    found === undefined || found.tenant === -1 ? undefined : `role of ${tenantInWords(project, found.tenant)}`;
  return {
    id: `role ${role} ${place}`,
    kind: 'role',
    label: roleInWords(project, role),
    detail: own,
    thing: ['roles', found?.id ?? ''],
  };
}

function permissionNode({ permissions }: Project, permission: number): PathNode {
  const name = permissions[permission]?.name ?? '';
  return { id: `permission ${permission}`, kind: 'permission', label: name, thing: ['permissions', name] };
}

function createGraph() {
  const nodes = new Map<string, PathNode>();
  const edges = new Map<string, PathEdge>();

  function node(added: PathNode): string {
    if (!nodes.has(added.id)) {
      nodes.set(added.id, added);
    }
    return added.id;
  }

  return {
    node,
    /** Edges along a line of boxes, which are added as needed. */
    path: (from: string, ...line: readonly PathNode[]): void => {
      let at = from;
      for (const next of line) {
        const to = node(next);
        edges.set(`${at} > ${to}`, { from: at, to });
        at = to;
      }
    },
    done: (): PathGraph => ({ nodes: Array.from(nodes.values()), edges: Array.from(edges.values()) }),
  };
}
