import { ConnectorError } from '../errors.ts';
import type { AuditEntry } from '../provisioning/audit.ts';
import { createProvisioner, type Provisioner } from '../provisioning/provisioner.ts';
import { returningModeOf } from '../provisioning/returning.ts';
import { openAudit } from './audit.ts';
import type { CommandContext } from './command-context.ts';
import type { PolicyGuard } from './policy-guard.ts';
import { createPrompts } from './prompts.ts';
import type { SettingFlags } from './setting-sources.ts';
import { type Setup, setUp } from './settings.ts';

const rateWaits = { longestRateWaitMs: 2 * 60_000, totalRateWaitMs: 5 * 60_000 };

/** The flags of every command that changes a record. */
export type OperationFlags = SettingFlags & {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** What cannot be undone is done without a question. */
  readonly yes?: boolean;
  /** Refuses without --provisioning. For callers whose command does not say by its name that it changes something. */
  readonly needsProvisioning?: boolean;
};

/** What an operation of the command line works with. */
export interface OperationSetup extends Setup {
  readonly provisioner: Provisioner;
  /** Throws where the call needs --provisioning and has it not; to be called where a refusal is written down. */
  readonly checkProvisioning: () => void;
}

/**
 * Runs one operation of the command line over a project; the audit log has every outcome. `note` may add to its lines;
 * `policyOf` opens what is asked before a grant, for an operation that may make one.
 */
export async function withProvisioner<Result>(
  flags: OperationFlags,
  { env }: Pick<CommandContext, 'env'>,
  work: (setup: OperationSetup) => Promise<Result>,
  {
    note = (entry) => entry,
    policyOf,
  }: {
    readonly note?: (entry: AuditEntry) => AuditEntry;
    readonly policyOf?: (setup: Setup) => Promise<PolicyGuard>;
  } = {},
): Promise<Result> {
  const setup = await setUp(flags, env, rateWaits);
  const { client, logger, settings } = setup;
  await using audit = await openAudit(settings, { logger, isOneAnswer: true });
  await using policy = await policyOf?.(setup);
  const provisioner = createProvisioner({
    client,
    guard: policy?.guard,
    audit: (entry) => audit.append(note(entry)),
    joinTenant: settings.joinTenant,
    inheritance: settings.inheritance,
    applicationDefault: settings.applicationDefault,
    returning: returningModeOf(settings),
    dryRun: flags.dryRun === true,
    allowPrivilegedDelete: settings.allowPrivilegedDelete,
    logger,
  });
  const checkProvisioning = (): void => {
    if (flags.needsProvisioning === true && !settings.provisioning) {
      throw new ConnectorError(
        'precondition',
        'provisioning is not enabled: add --provisioning (-p) to change anything',
      );
    }
  };
  return await work({ ...setup, provisioner, checkProvisioning });
}

/** Why a person is asked, and what is told where nothing happens. */
export interface AskedWords {
  readonly because?: string;
  readonly nothing?: string;
}

/**
 * Asks a person before what cannot be undone, or not by us alone; where nobody can answer, --yes must say so. A dry run
 * asks nothing. `what` is the question without its mark, such as "Delete user Ada", and looked up only where it is asked.
 */
export async function confirmed(
  what: string | (() => Promise<string>),
  { yes, dryRun }: Pick<OperationFlags, 'yes' | 'dryRun'>,
  signal: AbortSignal,
  { because = 'this cannot be undone', nothing = 'nothing was sent' }: AskedWords = {},
): Promise<void> {
  if (yes === true || dryRun === true) {
    return;
  }
  const prompts = createPrompts(signal);
  if (prompts === undefined) {
    throw new ConnectorError(
      'config',
      `${because}, and nobody is at a terminal to confirm it: ${nothing}; add --yes to do it, or --dry-run to look`,
    );
  }
  const question = typeof what === 'string' ? what : await what();
  if (!(await prompts.confirm(`${question}? ${because.charAt(0).toUpperCase()}${because.slice(1)}.`))) {
    throw new ConnectorError('refused', `not confirmed: ${nothing}`);
  }
}
