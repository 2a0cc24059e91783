import { invented } from '../api-error.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import { choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

/** The switch of calls about the company and all of its projects: their families declare it. */
export const companySwitches = {
  projectKeyOnCompany: sure('inferred', choice('403', '401', 'empty', 'served')),
} as const;

export type CompanySwitches = SwitchValues<typeof companySwitches>;

/** Makes endpoints that want a key of the company; what a key of one project gets is decided by a switch. */
export function companyEndpoints(
  switches: CompanySwitches,
): (fields: readonly string[], empty: unknown, run: Endpoint['run']) => Endpoint {
  const refused = switches.projectKeyOnCompany;
  return (fields, empty, run) => ({
    ...endpoint(fields, (call) => {
      if (call.keyScope === 'company' || refused === 'served') return run(call);
      if (refused === 'empty') return { json: empty };
      throw invented(Number(refused), 'E990015', 'Forbidden', 'The management key is limited to a project');
    }),
    company: true,
  });
}
