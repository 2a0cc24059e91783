import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { failureOf } from '../support/grpc-call.ts';
import { errorInfoOf, startProvisioning, unknownGrantId } from '../support/provisioning-server.ts';

it.each([
  ['admin', 'console_admin'],
  ['support', 'console_admin'],
  ['management_key_role', 'management_key'],
  ['admin', 'user'],
])('who is %s of a project is neither granted nor revoked, and the refusal says where: to a %s', async (slug, type) => {
  await using server = await startProvisioning({ include: ['console'] });
  const asked = {
    entitlement: {
      id: `project:P1:${slug}`,
      slug,
      resource: { id: { resourceType: 'project', resource: 'P1' } },
    },
    principal: { id: { resourceType: type, resource: 'one' } },
  };

  const errors = [
    await failureOf(server.sendGrant(asked)),
    await failureOf(server.sendRevoke({ grant: { id: unknownGrantId, ...asked } })),
  ];

  for (const error of errors) {
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.text).toContain('Company > Management Keys');
  }
  expect(server.emulator.stats.total).toBe(0);
});
