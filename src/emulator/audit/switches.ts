import { amount, choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

export const auditSwitches = {
  auditLagSeconds: sure('seen', amount(60, 0, 86_400)),
  auditRateLimit: sure('documented', choice('on', 'off')),
  auditOverMaxSize: sure('invented', choice('clamp', 'reject')),
  auditTotal: sure('inferred', choice('exact', 'capped', 'page-length', 'absent')),
  auditTotalCap: sure('invented', amount(10_000, 0, 1_000_000)),
  auditOrder: sure('documented', choice('as-asked', 'shuffled')),
  auditPages: sure('inferred', choice('exact', 'first-again')),
  historyRows: sure('invented', amount(10, 0, 1_000_000)),
  auditUnknownActions: sure('setting', amount(0, 0, 1_000_000)),
} as const;

export type AuditSwitches = SwitchValues<typeof auditSwitches>;
