import type { CallOptions } from '../descope/http/call.ts';
import type { PasswordPolicy } from '../descope/users/passwords.ts';
import type { OperationTools } from './provisioner.ts';

/** A project may have its own policy in each tenant: a user of very many is held to the first of them. */
const mostTenants = 20;

/** What the project and each of these tenants demand of passwords, as far as the deployment tells. */
export async function passwordPolicies(
  tenantIds: readonly string[],
  { client }: Pick<OperationTools, 'client'>,
  call: CallOptions,
): Promise<readonly PasswordPolicy[]> {
  const asked = ['', ...tenantIds.slice(0, mostTenants)];
  const policies = await Promise.all(asked.map((tenantId) => client.passwordPolicy(tenantId, call)));
  return policies.filter((policy) => policy !== undefined);
}
