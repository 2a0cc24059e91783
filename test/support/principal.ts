import type { Principal } from '../../src/access/principal.ts';

export function userPrincipal(id: string): Principal {
  return { typeId: 'user', id };
}
