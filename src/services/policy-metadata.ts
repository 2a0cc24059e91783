import type { JsonObject } from '@bufbuild/protobuf';
import type { PolicyWord } from '../provisioning/access-guard.ts';

/** What a policy says of a change, as fields of the GrantMetadata of its answer; none where it says nothing. */
export function policyMetadata({ broken, unknown }: PolicyWord): JsonObject {
  const brokenRules = broken.map(({ rule, tenantId, detail, fingerprint }) => ({
    rule,
    ...(tenantId !== undefined && { tenant_id: tenantId }),
    detail,
    fingerprint,
  }));
  return {
    ...(brokenRules.length > 0 && { policy_broken: brokenRules }),
    ...(unknown !== undefined && { policy_unknown: unknown }),
  };
}
