/** As much of a user as it takes to call them something. */
export interface NamedUser {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly loginIds: readonly string[];
}

/** What a user is called: name, else email, phone, first login id, else the user id. Never blank. */
export function nameOfUser({ userId, name, email, phone, loginIds }: NamedUser): string {
  return [name, email, phone, ...loginIds.slice(0, 1)].find((text) => text.trim() !== '') ?? userId;
}

/** What a tenant is called: its name, else its id. */
export function nameOfTenant(id: string, name: string | undefined): string {
  return name === undefined || name.trim() === '' ? id : name;
}
