import { placeOf, usersOf } from './access.ts';
import { type Analysis, isPrivileged } from './analysis.ts';
import type { Finding, FindingRow } from './finding.ts';
import { edgesFrom, inheritanceKnown, isUncertain } from './inherited.ts';
import type { Project } from './project.ts';

/** Findings about what is inherited. */
export function treeFindings(project: Project, analysis: Analysis): Finding[] {
  return [inheritedAdministrators(project, analysis)];
}

const nones = {
  derived: 'Nobody is privileged in a tenant through inheritance alone.',
  'switched-off':
    'This file does not tell: the sync was told not to derive what tenants inherit. Make the report from one with "--inheritance auto".',
  untold:
    'This file does not tell what tenants inherit: an older version or another tool wrote it. Make the report from a newer sync.',
} as const;

function inheritedAdministrators(project: Project, analysis: Analysis): Finding {
  const known = inheritanceKnown(project);
  return {
    id: 'inherited-privileged',
    urgency: 'look',
    title: 'Privileged in a tenant by inheritance alone',
    rule:
      'They hold a privileged role in a tenant above, and no privileged role inside the tenants counted here or in the ' +
      'whole project. It can be taken away only where it is held. Counted are the tenants below that inherit it.',
    none: nones[known],
    isUntold: known !== 'derived',
    columns: ['user', 'status', 'role', 'place', 'heirs', 'why'],
    rows: inheritedRows(project, analysis),
  };
}

function inheritedRows(project: Project, analysis: Analysis): FindingRow[] {
  const { holdings, inherited } = project;
  const isPower = holdings.targets.map(({ role }) => isPrivileged(analysis, role));
  const placesOf = directPlaces(project, isPower);
  return holdings.targets.flatMap((target, number) => {
    const edges = isPower[number] === true ? edgesFrom(project, number) : new Uint32Array();
    if (edges.length === 0) {
      return [];
    }
    const heirs = Array.from(edges, (edge) => inherited.tenant[edge] ?? -1);
    const isHeir = new Set(heirs);
    const uncertain = edges.filter((edge) => isUncertain(project, edge)).length;
    return Array.from(usersOf(project, number)).flatMap((user) => {
      const places = placesOf.get(user) ?? new Set<number>();
      const count = places.has(-1) ? 0 : heirs.length - Array.from(places).filter((place) => isHeir.has(place)).length;
      const why = uncertain === 0 ? '' : `${uncertain} of ${heirs.length} uncertain`;
      return count === 0 ? [] : [{ user, role: target.role, place: placeOf(project, target), count, why }];
    });
  });
}

/** Where each person holds something privileged directly. */
function directPlaces(project: Project, isPower: readonly boolean[]): ReadonlyMap<number, ReadonlySet<number>> {
  const places = new Map<number, Set<number>>();
  project.holdings.targets.forEach((target, number) => {
    if (isPower[number] === true) {
      const place = placeOf(project, target);
      usersOf(project, number).forEach((user) => places.set(user, (places.get(user) ?? new Set()).add(place)));
    }
  });
  return places;
}
