import { decodeUser, type User } from '../../src/descope/users/user.ts';
import { DescopeModel, type ModelOptions } from '../support/descope-model.ts';

/** A project in which nothing happens: that many users, created one a minute, the last of them an hour ago. */
export function quietProject(count: number, options: Partial<ModelOptions> = {}): DescopeModel {
  const nowMs = Date.parse('2025-03-04T10:00:00.700Z');
  const users = Array.from({ length: count }, (_, index) =>
    userCreatedAt(userIdAt(index), nowMs - 3_600_000 - 60_000 * (count - index)),
  );
  return new DescopeModel({ nowMs, rows: { users }, ...options });
}

/** The user who was created as the nth of a quiet project. */
export function userIdAt(index: number): string {
  return `U${String(index).padStart(6, '0')}`;
}

/** A user with nothing but an id, created in the second of this moment. */
export function userCreatedAt(userId: string, createdMs: number): User {
  return decodeUser({ userId, createdTime: Math.floor(createdMs / 1000) });
}
