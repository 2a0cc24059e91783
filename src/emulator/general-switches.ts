import { amount, choice, sure, text } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';

/** Switches that decide about requests of every family. */
export const generalSwitches = {
  unknownFields: sure('seen', choice('reject', 'accept')),
  objectIds: sure('documented', choice('present', 'absent')),
  badBearerStatus: sure('inferred', amount(401, 400, 499)),
  dateHeader: sure('inferred', choice('on', 'off')),
  clockSkewSeconds: sure('setting', amount(0, -1_000_000_000, 1_000_000_000)),
  rateLimit: sure('documented', text('off', checkRateLimit)),
  rateLimitBody: sure('seen', choice('json', 'html')),
} as const;

export type GeneralSwitches = SwitchValues<typeof generalSwitches>;

function checkRateLimit(value: string): string | undefined {
  if (value === 'off' || value === 'documented') return undefined;
  const bad = value
    .split(',')
    .find((part) => !/^(audit|create|update|search|user|general):\d+\/\d+(\/\d+)?$/.test(part));
  if (bad === undefined) return undefined;
  return `"${bad}" is not off, documented or <audit|create|update|search|user|general>:<limit>/<window s>[/<penalty s>],…`;
}
