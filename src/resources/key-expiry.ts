import type { OwnKey } from '../descope/client.ts';
import type { ManagementKey } from '../descope/management-keys.ts';
import type { Project } from '../descope/projects.ts';
import { heldInProject } from './console.ts';
import { expireTimeOf, stateOfKey } from './listed-keys.ts';

/** A key that ends so soon is told: whoever reads it needs time to make another. */
export const soonDays = 30;
const dayMs = 24 * 60 * 60_000;

/** A management key that ends soon. */
export interface KeyEnd {
  readonly keyId: string;
  readonly name: string;
  readonly endsAtMs: number;
  readonly daysLeft: number;
  /**
   * Whether it is one with which this program asks: `perhaps` for one that may act on the project, where Descope does
   * not show which keys are ours.
   */
  readonly ours: 'yes' | 'perhaps' | 'no';
}

/** When the keys end with which this program asks, as far as the company's list of management keys shows. */
export interface KeyExpiry {
  /** Whether it shows which keys these are. */
  readonly isOwnKnown: boolean;
  /** When the first of ours ends, and the first of those that may be ours; undefined where none ends. */
  readonly ownEndsAtMs: number | undefined;
  readonly perhapsEndsAtMs: number | undefined;
  /** Those that end soon, the first first; those of others only where ours are not known. */
  readonly soon: readonly KeyEnd[];
}

/**
 * No call tells which key asks. A key whose text begins with the id of a listed one is that key; else each active key
 * that may act on the project may be ours.
 */
export function keyExpiryOf(
  keys: readonly ManagementKey[],
  projects: readonly Project[],
  { projectId, own, nowMs }: { readonly projectId: string; readonly own: readonly OwnKey[]; readonly nowMs: number },
): KeyExpiry {
  const project = projects.find(({ id }) => id === projectId) ?? { id: projectId, name: '', environment: '', tags: [] };
  const isOwn = ({ id }: ManagementKey): boolean => own.some(({ hasId }) => hasId(id));
  const isOwnKnown = own.length > 0 && own.every(({ hasId }) => keys.some(({ id }) => hasId(id)));
  const mayAct = ({ companyRoles, roles }: ManagementKey): boolean =>
    companyRoles.length > 0 || heldInProject(roles, project).roles.length > 0;
  const ends = keys
    .flatMap((key): readonly KeyEnd[] => {
      const endsAtMs = (expireTimeOf(key) ?? 0) * 1000;
      const isInUse = endsAtMs > 0 && stateOfKey(key, nowMs).word === 'active';
      const ours = isOwn(key) ? 'yes' : isOwnKnown || !mayAct(key) ? 'no' : 'perhaps';
      const daysLeft = Math.floor((endsAtMs - nowMs) / dayMs);
      return isInUse ? [{ keyId: key.id, name: key.name, endsAtMs, daysLeft, ours }] : [];
    })
    .toSorted((left, right) => left.endsAtMs - right.endsAtMs);
  const firstOf = (ours: KeyEnd['ours']): number | undefined => ends.find((end) => end.ours === ours)?.endsAtMs;
  return {
    isOwnKnown,
    ownEndsAtMs: firstOf('yes'),
    perhapsEndsAtMs: firstOf('perhaps'),
    soon: ends.filter(({ endsAtMs, ours }) => endsAtMs - nowMs <= soonDays * dayMs && (ours !== 'no' || !isOwnKnown)),
  };
}
