import { typeInWords } from '../../sync-format/known-types.ts';
import type { TypedThing } from '../unknown.ts';
import type { PathStep } from '../ways.ts';

/** How one thing leads to the next: words of the contract. */
export const linkWords = [
  'holds',
  'passes_down',
  'allows',
  'acts_as',
  'made',
  'in_group',
  'signs_in_through',
  'has_group',
  'gives',
  'member_of',
  'by_default',
] as const;
export type LinkWord = (typeof linkWords)[number];

/** One step: from what stood before to `to`. */
export interface Link {
  readonly by: LinkWord;
  readonly to: TypedThing;
  /** The tenants between, for what is passed down. */
  readonly through?: readonly PathStep[];
  /** What gives something at the next login: `group_mapping`, `default_sso_role`, `tenant_default_role`. */
  readonly via?: string;
  /** What the step says of itself: which entitlement, which scopes. */
  readonly note?: string;
}

/**
 * How sure a way is: `certain` is held as it stands, `derived` inherited by all readings, `uncertain` by some of them;
 * `possible` is what somebody may do who kept a secret that they once saw.
 */
export const certainties = ['certain', 'derived', 'uncertain', 'possible'] as const;
export type WayCertainty = (typeof certainties)[number];

/** One way in which somebody comes to something. */
export interface Chain {
  readonly when: 'now' | 'next_login';
  readonly certainty: WayCertainty;
  /** Why it is uncertain: words with commas between. */
  readonly reason: string;
  /** Where it counts; '' for the whole project, and for what belongs to no tenant. */
  readonly tenantId: string;
  readonly tenant: string;
  /** Of what the next login gives: whether it is held already, so that it would come back after a revoke. */
  readonly isHeld?: boolean;
  readonly from: TypedThing;
  readonly links: readonly Link[];
}

/** A thing as people call it: a binding and a role by their names, others with what they are; a secret is its key. */
export function thingTitle({ type, id, name }: TypedThing): string {
  const title = name === '' ? id : name;
  return ['user', 'users', 'role', 'role_binding', 'permission'].includes(type)
    ? title
    : `${typeInWords(type.replace(/_secret$/, ''))} ${title}`;
}

/** The weaker of two. */
export function weakest(one: WayCertainty, other: WayCertainty): WayCertainty {
  return certainties.indexOf(one) > certainties.indexOf(other) ? one : other;
}
