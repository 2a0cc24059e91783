/** What a rule found. `about` tells findings of one subject in one place apart, by ids; `detail` is for people. */
export interface Found {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** The id of the tenant in which it is so; '' for the whole project. */
  readonly tenant: string;
  readonly about: string;
  readonly detail: string;
}
