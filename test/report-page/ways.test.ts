import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import type { AccessPath } from '../../src/answers/access-path.ts';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { heldBy, pathsOf, usersOf, waysTo } from '../../src/report-page/data/access.ts';
import { analyse } from '../../src/report-page/data/analysis.ts';
import { graphOfPerson } from '../../src/report-page/data/graph.ts';
import { flowOf, heldAbove, inheritanceKnown } from '../../src/report-page/data/inherited.ts';
import { giverInWords, nextLoginOf, nextLoginOfPerson, signOnKnown } from '../../src/report-page/data/next-login.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { accessIn } from '../../src/report-page/data/tenant-access.ts';
import { type HandWritten, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { smallProject } from '../support/project-fixture.ts';
import { projectOf } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-ways-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function projectOfHand(world: HandWritten, extension = 'json'): Promise<Project> {
  const path = join(folder, `sync.${extension}`);
  await writeByHand(path, world);
  return await projectOf(path);
}

const userOf = ({ users }: Project, id: string): number =>
  Array.from({ length: users.current }, (_, at) => users.id.at(at)).indexOf(id);
const tenantOf = ({ tenants }: Project, id: string): number => tenants.findIndex((tenant) => tenant.id === id);

/** "Editor in eu, inherited from acme, uncertain: parent-governs". */
function inWords(project: Project, { role, place, edge }: { role: number; place: number; edge: number }): string {
  const what = role === -1 ? 'member' : (project.roles[role]?.name ?? '');
  const { certainty, reason } = flowOf(project, edge);
  const from = edge === -1 ? '' : `, from ${project.tenants[heldAbove(project, edge)]?.id ?? ''}`;
  return `${what} in ${project.tenants[place]?.id ?? 'project'}${from}${certainty === 'uncertain' ? `, ${reason}` : ''}`;
}

describe.each(['json', 'c1z'])('what the page of a .%s file knows of inheritance', (extension) => {
  it('is who has what in a tenant below, from where, and how sure that is', async () => {
    const project = await projectOfHand(companies(), extension);

    expect(
      heldBy(project, userOf(project, 'U2'), 'all')
        .map((held) => inWords(project, held))
        .toSorted(),
    ).toEqual([
      'Approver in acme',
      'Approver in berlin, from acme, child-governs,tenant-disabled',
      'Approver in eu, from acme',
      'member in acme',
      'member in berlin, from acme',
      'member in eu, from acme',
    ]);
    expect(heldBy(project, userOf(project, 'U2'), 'direct').map((held) => inWords(project, held))).toEqual([
      'member in acme',
      'Approver in acme',
    ]);
  });

  it('gives the ways to a permission, each once, and the direct ones alone when asked', async () => {
    const project = await projectOfHand(companies(), extension);
    const at = project.permissions.findIndex(({ name }) => name === 'write');
    const words = (ways: 'direct' | 'all'): string[] =>
      waysTo(project, at, ways)
        .map((way) => `${project.users.id.at(way.user)}: ${inWords(project, way)}`)
        .toSorted();

    expect(words('all')).toEqual([
      'U1: Editor in acme',
      'U1: Editor in berlin',
      'U1: Editor in berlin, from acme',
      'U1: Editor in eu, from acme',
    ]);
    expect(words('direct')).toEqual(['U1: Editor in acme', 'U1: Editor in berlin']);
    expect(pathsOf(project, userOf(project, 'U1'), 'all')).toHaveLength(4);
  });

  it('never counts as direct what is inherited', async () => {
    const project = await projectOfHand(companies(), extension);
    const analysis = analyse(project);
    const berlin = tenantOf(project, 'berlin');

    expect([
      analysis.tenantMembers[berlin],
      analysis.tenantInside[berlin],
      analysis.tenantInherited[berlin],
      analysis.tenantPeople[berlin],
    ]).toEqual([0, 1, 3, 4]);
    expect(
      accessIn(project, analysis, berlin).people.map(({ user, how, isUncertain }) => [
        project.users.id.at(user),
        how,
        isUncertain,
      ]),
    ).toEqual([
      ['U1', 'direct', false],
      ['U2', 'inherited', false],
      ['U3', 'inherited', false],
      ['U4', 'inherited', true],
    ]);
    expect(project.holdings.count).toBe(7);
    const held = project.holdings.targets.map((_, target) => usersOf(project, target).length);
    expect(held.reduce((sum, count) => sum + count, 0)).toBe(7);
  });
});

describe('the graph of a person', () => {
  it('goes from the role above through every tenant between, dashed where that is uncertain', async () => {
    const project = await projectOfHand(companies());
    const user = userOf(project, 'U2');
    const graph = graphOfPerson(project, user, heldBy(project, user, 'all'), [], {
      tenant: tenantOf(project, 'berlin'),
    });
    const label = (id: string): string => graph.nodes.find((node) => node.id === id)?.label ?? '';

    expect(graph.edges.map(({ from, to, look }) => [label(from), label(to), look])).toEqual([
      ['Bob', 'Acme', 'sure'],
      ['Acme', 'Approver', 'sure'],
      ['Approver', 'EU', 'uncertain'],
      ['EU', 'Approver', 'uncertain'],
    ]);
  });
});

describe('what the next login changes', () => {
  it('is told by name, by everybody, and as what comes back; nobody of it is a holder', async () => {
    const project = await projectOfHand(companies());
    const { gains, open, returning } = nextLoginOf(project);
    const words = (rows: typeof gains | typeof returning): string[] =>
      rows.map(
        ({ user, role, place, mapping }) =>
          `${user === undefined ? 'everybody' : project.users.id.at(user)}: ${inWords(project, { role, place, edge: -1 })} ` +
          `through ${giverInWords(project, mapping)}`,
      );

    expect(words(gains)).toEqual(['U3: Editor in acme through group Writers of Acme']);
    expect(words(open)).toEqual([
      'everybody: Approver in acme through group Approvers of Acme',
      'everybody: Editor in acme through sign-in through SSO configuration okta of Acme',
      'everybody: Auditor in eu through joining EU',
    ]);
    expect(words(returning)).toEqual(['U1: Editor in acme through group Writers of Acme']);
    expect(heldBy(project, userOf(project, 'U3'), 'all').filter(({ role }) => role !== -1)).toEqual([]);
  });

  it('is for each person what access tells of the same file', async () => {
    const path = join(folder, 'sync.json');
    await writeByHand(path, companies());
    const project = await projectOf(path);
    await using index = await createFileIndex(path);

    for (const id of ['U1', 'U2', 'U3', 'U4']) {
      const answer = accessOf(index, id);
      const { gains, returning } = nextLoginOfPerson(project, userOf(project, id));
      const places = (rows: typeof gains | typeof returning): string[] =>
        [...new Set(rows.map(({ role, place }) => inWords(project, { role, place, edge: -1 })))].toSorted();
      const told = (paths: Iterable<AccessPath>): string[] =>
        [...new Set(Array.from(paths, ({ role, tenantId }) => `${role} in ${tenantId}`))].toSorted();

      expect(places(gains)).toEqual(told(answer.gains()));
      expect(places(returning)).toEqual(told(Array.from(answer.paths()).filter(({ alsoMappedBy }) => alsoMappedBy)));
    }
  });

  it('cannot be told from a file without single sign-on, and the page knows that', async () => {
    const path = join(folder, 'plain.json');
    await writeSync(path, smallProject());

    expect(signOnKnown(await projectOf(path)).missing).toEqual(['sso_configuration', 'idp_group']);
    expect(signOnKnown(await projectOfHand(companies())).missing).toEqual([]);
  });
});

describe('a file that does not tell what is inherited', () => {
  it('is told apart from one without inheritance, and from one whose sync was told not to derive it', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, smallProject());
    expect(inheritanceKnown(await projectOf(path))).toBe('derived');
    await writeSync(path, smallProject(), { inheritance: 'none' });
    expect(inheritanceKnown(await projectOf(path))).toBe('switched-off');
    const { grants, resources } = companies();
    const old = { resources, grants: grants.filter(({ message }) => message.principal?.id?.resourceType === 'user') };
    expect(inheritanceKnown(await projectOfHand({ ...old, summary: { inheritance: undefined } }))).toBe('untold');
  });
});
