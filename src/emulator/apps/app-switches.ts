import { invented } from '../api-error.ts';
import { amount, choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

/** Switches that decide about applications of either kind: both families declare them. */
export const appSwitches = {
  appAnswer: sure('seen', choice('bare', 'wrapped')),
  appSecrets: sure('seen', choice('absent', 'shown')),
  unknownAppStatus: sure('invented', amount(404, 400, 499)),
} as const;

export type AppSwitches = SwitchValues<typeof appSwitches>;

/** What the API answers for an id that no app has. */
export const unknownApp = (switches: AppSwitches): Error =>
  invented(switches.unknownAppStatus, 'E990013', 'Application not found', 'The application does not exist');

/** One app as it is answered. */
export const oneApp = (app: Record<string, unknown>, switches: AppSwitches): { json: unknown } => ({
  json: switches.appAnswer === 'wrapped' ? { app } : app,
});
