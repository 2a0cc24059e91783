import { expect, it } from 'vitest';
import { indexOfOne } from '../../../src/checks/granting/one-principal.ts';
import type { HeldRole } from '../../../src/checks/granting/held-now.ts';

const viewer: HeldRole = {
  place: 'acme',
  home: '',
  role: 'Viewer',
  permissions: ['read'],
  name: 'Viewer in Acme',
  isUncertain: false,
};

it('holds a role once that comes to somebody directly and from a tenant above, for certain', () => {
  const { database } = indexOfOne({
    projectId: 'P1',
    types: new Set(['user']),
    nowMs: 0,
    principal: { typeId: 'user', id: 'U1' },
    name: 'Ada',
    email: 'ada@acme.example',
    held: [viewer, viewer, { ...viewer, isUncertain: true }],
    groups: [],
  });

  expect(database.prepare('select name from holding join thing on n = thing').all()).toEqual([
    { name: 'Viewer in Acme' },
    { name: '' }, // the tenant above, from which the uncertain one comes
  ]);
});
