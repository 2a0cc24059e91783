import { Inheritance, type InheritanceMode, inheritanceModes } from '../../access/inheritance.ts';
import { thingFlags } from '../../answers/report-format.ts';
import { isCurrent } from './analysis.ts';
import { inheritanceKnown, reasonInWords } from './inherited.ts';
import { tenantInWords } from './people.ts';
import type { Project } from './project.ts';

/**
 * What passes from one tenant to another: memberships and roles, memberships for sure and roles perhaps, both perhaps,
 * nothing; or the file does not tell.
 */
export interface Passage {
  readonly what: 'sure' | 'membership-sure' | 'uncertain' | 'nothing' | 'untold';
  /** Why it is uncertain, or why nothing passes; '' for neither. */
  readonly why: string;
}

/** A tenant above or below another one, and what passes between the two. */
export interface Relative extends Passage {
  readonly tenant: number;
}

/** Where a tenant stands. */
export interface TreePlace {
  /** From the root down to the parent. */
  readonly above: readonly Relative[];
  readonly children: readonly Relative[];
  /** All tenants below, children included. */
  readonly below: number;
  /** It stands in a loop of parents, or its parent is unknown: nothing is inherited, and why. */
  readonly fault: string;
}

interface Tree {
  readonly parent: Int32Array;
  readonly children: readonly (readonly number[])[];
  /** Undefined where the file does not tell what is inherited. */
  readonly inheritance: Inheritance | undefined;
}

const trees = new WeakMap<Project, Tree>();

/** Made once. The rule by which tenants inherit is that of the sync. */
function treeOf(project: Project): Tree {
  const known = trees.get(project);
  if (known !== undefined) {
    return known;
  }
  const { tenants } = project;
  const ordinals = new Map(tenants.map(({ id }, at) => [id, at]));
  const parent = Int32Array.from(tenants, ({ parentId }) => (parentId === '' ? -1 : (ordinals.get(parentId) ?? -1)));
  const children: number[][] = tenants.map(() => []);
  parent.forEach((above, at) => children[above]?.push(at));
  const tree = { parent, children, inheritance: ruleOf(project) };
  trees.set(project, tree);
  return tree;
}

function ruleOf(project: Project): Inheritance | undefined {
  const { about, tenants } = project;
  const told = about.summary.inheritance?.mode ?? 'auto';
  const mode: InheritanceMode | undefined = inheritanceModes.find((one) => one === told);
  return inheritanceKnown(project) !== 'derived' || mode === undefined
    ? undefined
    : new Inheritance(
        tenants.filter(isCurrent).map(({ id, parentId, roleInheritance = '', flags }) => ({
          id,
          parent: parentId,
          roleInheritance,
          disabled: (flags & thingFlags.disabled) !== 0,
        })),
        mode,
      );
}

/** The ordinal of the parent; -1 for a root, and for a parent that the file does not list. */
export function parentOf(project: Project, tenant: number): number {
  return treeOf(project).parent[tenant] ?? -1;
}

export function childrenOf(project: Project, tenant: number): readonly number[] {
  return treeOf(project).children[tenant] ?? [];
}

/** Whether any tenant has a parent. */
export function hasTree({ tenants }: Project): boolean {
  return tenants.some(({ parentId }) => parentId !== '');
}

/** The tenants above, nearest first, as the parents say; a loop ends where it would repeat. */
export function ancestorsOf(project: Project, tenant: number): number[] {
  const chain: number[] = [];
  for (
    let above = parentOf(project, tenant);
    above !== -1 && above !== tenant && !chain.includes(above);
    above = parentOf(project, above)
  ) {
    chain.push(above);
  }
  return chain;
}

/** The tenants strictly between one and another that stands above it, from above to below. */
export function between(project: Project, above: number, tenant: number): number[] {
  const chain = ancestorsOf(project, tenant);
  const end = chain.indexOf(above);
  return end === -1 ? [] : chain.slice(0, end).toReversed();
}

export function treePlaceOf(project: Project, tenant: number): TreePlace {
  const above = ancestorsOf(project, tenant).toReversed();
  return {
    above: above.map((one) => Object.assign({ tenant: one }, passage(project, one, tenant))),
    children: childrenOf(project, tenant).map((one) => Object.assign({ tenant: one }, passage(project, tenant, one))),
    below: countBelow(project, tenant),
    fault: faultOf(project, tenant),
  };
}

/** What a tenant inherits from one above it. */
export function passage(project: Project, above: number, tenant: number): Passage {
  const { inheritance } = treeOf(project);
  if (inheritance === undefined) {
    return { what: 'untold', why: '' };
  }
  const pair = inheritance.pair(project.tenants[tenant]?.id ?? '', project.tenants[above]?.id ?? '');
  if (pair === undefined) {
    return { what: 'nothing', why: closedBy(project, inheritance.mode, above, tenant) };
  }
  const { roles, membership } = pair;
  return {
    what: roles.certainty === 'derived' ? 'sure' : membership.certainty === 'derived' ? 'membership-sure' : 'uncertain',
    why: reasonInWords(roles.reason),
  };
}

/** Why nothing passes: the settings "none" on the way, of all tenants whose setting may decide. */
function closedBy(project: Project, mode: InheritanceMode, above: number, tenant: number): string {
  const way = [
    ...(mode === 'child' ? [] : [above]),
    ...between(project, above, tenant),
    ...(mode === 'parent' ? [] : [tenant]),
  ];
  const closed = way.filter((one) => project.tenants[one]?.roleInheritance === 'none');
  const fault = faultOf(project, tenant);
  return closed.length === 0
    ? fault
    : `“none” is set on ${closed.map((one) => tenantInWords(project, one)).join(' and ')}`;
}

function faultOf(project: Project, tenant: number): string {
  const { parentId = '' } = project.tenants[tenant] ?? {};
  if (parentId === '') {
    return '';
  }
  if (parentOf(project, tenant) === -1) {
    return `its parent ${parentId} is not in the project, so it inherits nothing`;
  }
  return isInLoop(project, tenant) ? 'its parents lead back to itself, so it inherits nothing' : '';
}

function isInLoop(project: Project, tenant: number): boolean {
  const chain = ancestorsOf(project, tenant);
  return parentOf(project, chain.at(-1) ?? -1) === tenant;
}

function countBelow(project: Project, tenant: number): number {
  const seen = new Set([tenant]);
  const open = [tenant];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of childrenOf(project, next)) {
      if (!seen.has(child)) {
        seen.add(child);
        open.push(child);
      }
    }
  }
  return seen.size - 1;
}
