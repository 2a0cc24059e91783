import { throughProject } from '../../answers/access-rules.ts';
import { counted, number } from '../format.ts';
import { type Choice, type Held, isChosen } from './access.ts';
import { direct, heldAbove, isUncertain } from './inherited.ts';
import { type Gain, nextLoginOf } from './next-login.ts';
import { marksOf, roleInWords, tenantInWords } from './people.ts';
import type { Project } from './project.ts';
import type { CountThere } from './tenant-access.ts';
import { between, childrenOf, parentOf, passage } from './tree.ts';

export type NodeKind = 'person' | 'group' | 'place' | 'role' | 'permission' | 'more';

/**
 * A box of a path graph. Columns go from left to right: person, place, role, permission. What is inherited goes on from
 * the role above, through every tenant between, to the role below.
 */
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

/** How a line is drawn: `uncertain` dashed, `future` dotted, and `closed` where nothing passes. */
export type Look = 'sure' | 'uncertain' | 'future' | 'closed';

export interface PathEdge {
  readonly from: string;
  readonly to: string;
  readonly look: Look;
}

export interface PathGraph {
  readonly nodes: readonly PathNode[];
  readonly edges: readonly PathEdge[];
}

/** Boxes of a column beyond this many are summed up in one. */
const mostInColumn = 7;

/** Person -> place -> role, for all they have and will gain; with a permission, that is at the end. */
export function graphOfPerson(
  project: Project,
  user: number,
  held: readonly Held[],
  gains: readonly Gain[],
  choice: Choice = {},
): PathGraph {
  const graph = createGraph();
  graph.node({ id: 'person', kind: 'person', label: project.users.name.at(user), marks: marksOf(project, user) });
  const end = choice.permission === undefined ? [] : [permissionNode(project, choice.permission)];
  const chosen = held.filter((one) => isChosen(project, one, choice));
  const roles = chosen.filter(({ role }) => role !== -1);
  // A membership says no more than the role that is drawn in the same tenant.
  const bare = chosen.filter(({ role, place }) => role === -1 && !roles.some((one) => one.place === place));
  const ways = [...roles, ...bare].sort((left, right) => Number(left.edge !== direct) - Number(right.edge !== direct));
  const future = gains.filter((gain) => isChosen(project, gain, choice));
  const shown = ways.slice(0, Math.max(1, mostInColumn - Math.min(future.length, 2)));
  const shownGains = future.slice(0, Math.max(0, mostInColumn - shown.length));
  shown.forEach((one) => drawHeld(graph, project, one, end));
  shownGains.forEach((gain) => drawGain(graph, project, gain, end));
  const more = ways.length + future.length - shown.length - shownGains.length;
  if (more > 0) {
    graph.path('person', [{ id: 'more', kind: 'more', label: `${number(more)} more` }]);
  }
  return graph.done();
}

function drawHeld(graph: Graph, project: Project, { role, place, edge }: Held, end: readonly PathNode[]): void {
  const above = edge === direct ? place : heldAbove(project, edge);
  const holder = placeNode(project, above);
  const start = role === -1 ? [{ ...holder, detail: 'member, no role' }] : [holder, roleNode(project, role, above)];
  if (edge === direct) {
    graph.path('person', [...start, ...end]);
    return;
  }
  graph.path('person', start);
  const look = isUncertain(project, edge) ? 'uncertain' : 'sure';
  const passing = between(project, above, place).map((tenant): PathNode =>
    Object.assign(placeNode(project, tenant), {
      id: `pass ${role} ${above} ${tenant} ${look}`, // a box of its own: what is held in that tenant has no part in it
      detail: 'passes it on',
    }),
  );
  const mark = look === 'uncertain' ? 'inherited, uncertain' : 'inherited';
  const there: PathNode =
    role === -1
      ? { ...placeNode(project, place), id: `heir ${place} ${above}`, detail: 'member', marks: [mark] }
      : { ...roleThere(project, role, place), id: `heir ${role} ${place} ${above}`, marks: [mark] };
  const from = start.at(-1)?.id ?? 'person';
  graph.path(from, [...passing, there], look);
  graph.path(there.id, end, look);
}

function drawGain(graph: Graph, project: Project, gain: Gain, end: readonly PathNode[]): void {
  const there = {
    ...roleThere(project, gain.role, gain.place),
    id: `gain ${gain.role} ${gain.place}`,
    marks: ['will gain'],
  };
  graph.path('person', [giverNode(project, gain), there, ...end], 'future');
}

/** Tenant -> roles that count in it, the most held first; and the groups whose members will gain one. */
export function graphOfTenant(project: Project, tenant: number, roles: readonly CountThere[]): PathGraph {
  const graph = createGraph();
  const node = placeNode(project, tenant);
  const parent = parentOf(project, tenant);
  graph.node(node);
  if (parent !== -1 && parent !== tenant) {
    const { look, words } = passing(project, parent, tenant);
    graph.path(graph.node({ ...placeNode(project, parent), detail: `parent tenant${words}` }), [node], look);
  }
  limited(
    childrenOf(project, tenant).filter((child) => child !== tenant && child !== parent),
    (child) => {
      const { look, words } = passing(project, tenant, child);
      graph.path(node.id, [{ ...placeNode(project, child), detail: `child tenant${words}` }], look);
    },
    (more) => graph.path(node.id, [{ id: 'more children', kind: 'more', label: `${more} more tenants` }]),
    3,
  );
  limited(
    roles,
    (count) =>
      graph.path(node.id, [
        {
          ...roleNode(project, count.of, tenant),
          detail: counted(count.people, 'person', 'people'),
          marks: marksOfCount(count),
        },
      ]),
    (more) => graph.path(node.id, [{ id: 'more', kind: 'more', label: `${more} more roles` }]),
  );
  drawGivers(
    graph,
    project,
    (gain) => gain.place === tenant,
    (gain) => roleNode(project, gain.role, tenant),
  );
  return graph.done();
}

/** "2 inherited", "through the whole project". */
function marksOfCount({ people, inherited, throughProject: through }: CountThere): string[] {
  const words = [
    ...(inherited === 0 ? [] : [`${inherited === people ? '' : `${number(inherited)} `}inherited`]),
    ...(through === 0 ? [] : [`${through === people ? '' : `${number(through)} `}${throughProject}`]),
  ];
  return words.length === 0 ? [] : [words.join(', ')];
}

/** How the line from a tenant to one below it is drawn, and what is said of it. */
function passing(project: Project, above: number, tenant: number): { readonly look: Look; readonly words: string } {
  const { what } = passage(project, above, tenant);
  if (what === 'nothing') {
    return { look: 'closed', words: ', passes nothing' };
  }
  return { look: what === 'sure' || what === 'untold' ? 'sure' : 'uncertain', words: '' };
}

/** Groups and logins -> the roles that they will give, each once. */
function drawGivers(
  graph: Graph,
  project: Project,
  isWanted: (gain: Gain) => boolean,
  roleOf: (gain: Gain) => PathNode,
): void {
  const { gains, open } = nextLoginOf(project);
  const givers = new Map<string, { readonly gain: Gain; people: number }>();
  for (const gain of [...gains, ...open].filter(isWanted)) {
    const key = `${giverNode(project, gain).id} ${gain.role} ${gain.place}`;
    const known = givers.get(key) ?? { gain, people: 0 };
    known.people += Number(gain.user !== undefined);
    givers.set(key, known);
  }
  limited(
    [...givers.values()],
    ({ gain, people }) => {
      const detail = gain.user === undefined ? 'everybody' : `${counted(people, 'person', 'people')} will gain`;
      graph.path(graph.node({ ...giverNode(project, gain), detail }), [roleOf(gain)], 'future');
    },
    () => undefined, // the list of what the next login gives has them all
    4,
  );
}

/** Places where a role is held -> the role -> what it allows. */
export function graphOfRole(
  project: Project,
  role: number,
  places: readonly { readonly place: number; readonly people: number; readonly below: number }[],
): PathGraph {
  const graph = createGraph();
  const node = { ...roleNode(project, role, -1), id: 'role' };
  graph.node(node);
  limited(
    places,
    ({ place, people, below }) =>
      graph.path(
        graph.node({
          ...placeNode(project, place),
          detail: counted(people, 'person', 'people'),
          marks: below === 0 ? [] : [`and in ${counted(below, 'tenant')} below`],
        }),
        [node],
      ),
    (more) => graph.path(graph.node({ id: 'more places', kind: 'more', label: `${more} more tenants` }), [node]),
  );
  limited(
    project.roles[role]?.allows ?? [],
    (permission) => graph.path('role', [permissionNode(project, permission)]),
    (more) => graph.path('role', [{ id: 'more permissions', kind: 'more', label: `${more} more permissions` }]),
  );
  drawGivers(
    graph,
    project,
    (gain) => gain.role === role,
    () => node,
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
        graph.path(graph.node(placeNode(project, own)), [roleNode(project, role, own)]);
      }
      graph.path(by, [node]);
    },
    (more) => graph.path(graph.node({ id: 'more', kind: 'more', label: `${more} more roles` }), [node]),
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

/** A role with the tenant in which it counts, where it is not held there. */
function roleThere(project: Project, role: number, place: number): PathNode {
  return {
    ...roleNode(project, role, place),
    detail: place === -1 ? 'whole project' : `in ${tenantInWords(project, place)}`,
  };
}

/** The group, configuration or tenant through which a login gives something. */
function giverNode(project: Project, { mapping }: Gain): PathNode {
  const { via, principal } = mapping;
  const { groups, configurations } = project.signOn;
  if (via === 'group_mapping') {
    return { id: `group ${principal}`, kind: 'group', label: groups[principal]?.name ?? '', detail: 'group' };
  }
  return via === 'default_sso_role'
    ? { id: `sso ${principal}`, kind: 'group', label: configurations[principal]?.ssoId ?? '', detail: 'sign-in' }
    : { id: `join ${principal}`, kind: 'group', label: tenantInWords(project, principal), detail: 'joining' };
}

function permissionNode({ permissions }: Project, permission: number): PathNode {
  const name = permissions[permission]?.name ?? '';
  return { id: `permission ${permission}`, kind: 'permission', label: name, thing: ['permissions', name] };
}

type Graph = ReturnType<typeof createGraph>;

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
    path: (from: string, line: readonly PathNode[], look: Look = 'sure'): void => {
      let at = from;
      for (const next of line) {
        const to = node(next);
        const key = `${at} > ${to}`;
        edges.set(key, edges.get(key) ?? { from: at, to, look });
        at = to;
      }
    },
    done: (): PathGraph => ({ nodes: Array.from(nodes.values()), edges: Array.from(edges.values()) }),
  };
}
