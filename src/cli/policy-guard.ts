import { createGuard } from '../checks/granting/guard.ts';
import { needsPicture } from '../checks/granting/judge-gain.ts';
import type { Settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { printable } from '../printable.ts';
import type { AccessGuard, PolicyEnd } from '../provisioning/access-guard.ts';
import { fullPath, shownStore } from '../store-url.ts';
import { policyIn } from './policy-file.ts';
import { createPictures } from './policy-picture.ts';

export interface PolicyGuard extends AsyncDisposable {
  /** Undefined where no policy was named: nothing is asked before a grant. */
  readonly guard: AccessGuard | undefined;
}

export type PolicySettings = Pick<
  Settings,
  'projectId' | 'policy' | 'policyOnViolation' | 'policySync' | 'policyMaxAge' | 'policyWhenStale' | 'history'
>;

/** What asks the policy that the settings name. A policy with a mistake, or one that needs a sync and has none, is `config`. */
export async function openPolicyGuard(
  settings: PolicySettings,
  {
    logger,
    signal,
    onEnd,
  }: { readonly logger: Logger; readonly signal: AbortSignal; readonly onEnd?: (end: PolicyEnd) => void },
): Promise<PolicyGuard> {
  const { projectId, policy: path, policyOnViolation, policyWhenStale, policyMaxAge } = settings;
  if (path === undefined) {
    checkNoneAsked(settings);
    return { guard: undefined, [Symbol.asyncDispose]: async () => undefined };
  }
  const policy = await policyIn(path);
  const source = settings.policySync ?? settings.history;
  const limit = policy.limits.find(needsPicture);
  if (source === undefined && limit !== undefined) {
    throw new ConnectorError(
      'config',
      `limit ${limit.id} of ${printable(path)} needs a sync to look in: name a store or a file with --policy-sync, or ` +
        'a store with --history',
    );
  }
  const pictures = source === undefined ? undefined : createPictures(fullPath(source), { projectId, signal });
  return {
    guard: createGuard({
      policy,
      projectId,
      onViolation: policyOnViolation,
      whenStale: policyWhenStale,
      maxAgeMs: policyMaxAge,
      picture: pictures && (() => pictures.newest()),
      logger,
      ...(onEnd !== undefined && { onEnd }),
    }),
    [Symbol.asyncDispose]: async () => pictures?.[Symbol.asyncDispose](),
  };
}

function checkNoneAsked({ policyOnViolation, policySync, policyWhenStale }: PolicySettings): void {
  const flag =
    policySync !== undefined
      ? `--policy-sync ${printable(shownStore(policySync))}`
      : policyOnViolation === 'refuse'
        ? '--policy-on-violation refuse'
        : policyWhenStale === 'refuse'
          ? '--policy-when-stale refuse'
          : undefined;
  if (flag !== undefined) {
    throw new ConnectorError('config', `${flag} says how a policy is asked before a grant: say which with --policy`);
  }
}
