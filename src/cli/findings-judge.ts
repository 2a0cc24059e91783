import type { Policy } from '../checks/policy/schema.ts';
import type { Judge } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import type { Settings } from '../config/settings.ts';
import { listedTypes } from '../registry.ts';
import { temporaryPlace } from '../output/work-places.ts';

type WorkPlace = ReturnType<typeof temporaryPlace>;

/**
 * What judges the syncs of a connector, by the policy that the settings name. What judges is loaded when a sync asks for
 * findings, which in service mode is known only then.
 */
export function judgeBy({ policy: path }: Pick<Settings, 'policy'>, work: WorkPlace = temporaryPlace()): Judge {
  let loading: Promise<Judge> | undefined;
  const load = async (): Promise<Judge> => {
    const policy = await policyIn(path);
    return (await import('../insights/judge.ts')).createJudge({ policy, work });
  };
  return {
    begin: async () => {
      loading ??= load();
      return await (await loading).begin();
    },
  };
}

/** The same for a command that syncs once: a policy with a mistake, or one that nothing is judged by, is refused first. */
export async function judgeOfSync(
  settings: Pick<Settings, 'policy' | 'include'>,
  flags: { readonly policy?: string | boolean },
): Promise<Judge> {
  const { policy, include = [] } = settings;
  if (flags.policy !== undefined && !listedTypes(include).typeIds.has('finding')) {
    throw new ConnectorError(
      'config',
      '--policy says by what a sync is judged, and findings are listed with --include finding only: give both, or neither',
    );
  }
  await policyIn(policy);
  return judgeBy(settings);
}

async function policyIn(path: string | undefined): Promise<Policy> {
  return await (await import('./policy-file.ts')).policyOrNone(path);
}
