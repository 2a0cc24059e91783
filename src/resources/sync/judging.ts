import type { User } from '../../descope/users/user.ts';
import type { ResourceRef } from '../../model/ids.ts';

/** Something that a rule found in what a sync has read. */
export interface FindingRow {
  /** The same in every sync, as long as it is found. */
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly severity: string;
  readonly subject: { readonly type: string; readonly id: string; readonly name: string };
  /** What of this sync stands for the subject; else the tenant in which it is so; undefined where nothing does. */
  readonly resource: ResourceRef | undefined;
  /** Of a subject that is a user, as Descope has it; '' for none. */
  readonly email: string;
  /** The tenant in which it is so; undefined for the whole project. */
  readonly where: { readonly tenantId: string; readonly tenant: string } | undefined;
  /** What is so: the end of a sentence that begins with the subject. */
  readonly detail: string;
  readonly fix: string;
  readonly controls: readonly string[];
}

/** What was found, whole, in the order of the ids. */
export interface FindingRows {
  /** At most so many, behind an id. */
  after(id: string, most: number): readonly FindingRow[];
  get(id: string): FindingRow | undefined;
}

/** What looks over all that one sync has read, for the syncs that list findings. */
export interface Judging {
  /** About how much memory it takes. */
  readonly bytes: number;
  /** Takes users as they are read; what goes wrong with that is told by `findings`. */
  take(users: readonly User[]): void;
  /** What was taken is void: the read begins anew. */
  forget(): void;
  /** Reads all that is not read yet, and judges it; once for a read. */
  findings(signal?: AbortSignal): Promise<FindingRows>;
  close(): void;
}
