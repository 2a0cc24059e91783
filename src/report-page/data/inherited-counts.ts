import { placeOf, usersOf } from './access.ts';
import { edgesInto } from './inherited.ts';
import type { Project } from './project.ts';

/** By tenant: people who have something there by inheritance, and hold nothing of the kind inside it. */
export interface InheritedCounts {
  readonly people: Uint32Array;
  /** Of them, those who hold nothing of the kind in the whole project either. */
  readonly besides: Uint32Array;
}

/**
 * Counts distinct people for every tenant. Tenants that inherit from the same sources, such as the children of one
 * parent, are counted together: whoever is above them is looked at once, and not once for each tenant.
 */
export function countInherited(
  project: Project,
  isWanted: (target: number) => boolean,
  isThroughout: (user: number) => boolean,
): InheritedCounts {
  const { users, tenants } = project;
  const counts = { people: new Uint32Array(tenants.length), besides: new Uint32Array(tenants.length) };
  const above = new Uint32Array(users.current);
  const inside = new Uint32Array(users.current);
  const insideOf = targetsInside(project, isWanted);
  let group = 0;
  for (const { sources, heirs } of heirsBySources(project, isWanted)) {
    group += 1;
    let [people, besides] = [0, 0];
    for (const source of sources) {
      for (const user of usersOf(project, source)) {
        if (above[user] !== group) {
          above[user] = group;
          people += 1;
          besides += Number(!isThroughout(user));
        }
      }
    }
    for (const heir of heirs) {
      counts.people[heir] = people;
      counts.besides[heir] = besides;
      for (const target of insideOf.get(heir) ?? []) {
        for (const user of usersOf(project, target)) {
          if (above[user] === group && inside[user] !== heir + 1) {
            inside[user] = heir + 1; // each person once for each tenant
            counts.people[heir] = (counts.people[heir] ?? 0) - 1;
            counts.besides[heir] = (counts.besides[heir] ?? 0) - Number(!isThroughout(user));
          }
        }
      }
    }
  }
  return counts;
}

interface Heirs {
  readonly sources: readonly number[];
  readonly heirs: number[];
}

function heirsBySources(project: Project, isWanted: (target: number) => boolean): Iterable<Heirs> {
  const { inherited, tenants } = project;
  const groups = new Map<string, Heirs>();
  tenants.forEach((_, heir) => {
    const sources = Array.from(edgesInto(project, heir), (edge) => inherited.source[edge] ?? 0).filter(isWanted);
    if (sources.length > 0) {
      const key = sources.join(' ');
      const known = groups.get(key) ?? { sources, heirs: [] };
      known.heirs.push(heir);
      groups.set(key, known);
    }
  });
  return groups.values();
}

/** Targets that are held inside a tenant, by the tenant. */
function targetsInside(project: Project, isWanted: (target: number) => boolean): ReadonlyMap<number, number[]> {
  const found = new Map<number, number[]>();
  project.holdings.targets.forEach((target, number) => {
    const place = placeOf(project, target);
    if (place !== -1 && isWanted(number)) {
      const known = found.get(place) ?? [];
      known.push(number);
      found.set(place, known);
    }
  });
  return found;
}
