import type { Command } from 'commander';
import { refuseKeyForm } from '../config/key-form.ts';
import { ConnectorError } from '../errors.ts';
import { parseGrantId } from '../model/ids.ts';
import type { CommandContext } from './command-context.ts';
import { ecosystemCommand, meansServiceMode } from './mode.ts';
import { addSettingOptions, connectionSettings, readingSettings, serviceModeSettings } from './setting-options.ts';
import type { SettingFlags } from './setting-sources.ts';

type EcosystemFlags = SettingFlags & {
  readonly file?: string;
  readonly acceptShrink?: boolean;
  readonly replaceOtherProject?: boolean;
  readonly grantEntitlement?: string;
  readonly grantPrincipal?: string;
  readonly grantPrincipalType?: string;
  readonly revokeGrant?: string;
};

/**
 * Flags without a command mean what they mean to every Baton connector: a full sync into `--file`, or the one operation
 * that is asked for. Operations are allowed with `--provisioning` only, as there.
 */
export function addEcosystemCommand(program: Command, context: CommandContext): void {
  const command = program
    .command(ecosystemCommand, { hidden: true })
    .option('-f, --file <file>', 'sync into this file (env: BATON_FILE; default: sync.c1z)')
    .option('--accept-shrink', 'replace the file even if far fewer objects were found than it has')
    .option('--replace-other-project', 'replace the file even if it is of another project')
    .option('--grant-entitlement <id>', 'give this entitlement to --grant-principal')
    .option('--grant-principal <id>', 'the user id')
    .option('--grant-principal-type <type>', '"user"')
    .option('--revoke-grant <id>', 'take this grant away');
  addSettingOptions(
    command,
    ...serviceModeSettings,
    'provisioning',
    'joinTenant',
    'refuseReturning',
    'auditLog',
    ...readingSettings,
    'maxShrink',
    'metricsTextfile',
    ...connectionSettings,
  );

  command.action(async (options: EcosystemFlags) => {
    if (meansServiceMode(context.env, options.clientId)) {
      await (await import('./service.ts')).service(options, context);
      return;
    }
    const { grantEntitlement, revokeGrant } = options;
    if (grantEntitlement !== undefined && revokeGrant !== undefined) {
      throw new ConnectorError('config', '--grant-entitlement and --revoke-grant are two operations: give one of them');
    }
    if (grantEntitlement !== undefined) {
      await (
        await import('./change.ts')
      ).changeOnce(
        'grant',
        { ...options, needsProvisioning: true, entitlement: grantEntitlement, principal: principalOf(options) },
        context,
      );
    } else if (revokeGrant !== undefined) {
      const parts = parseGrantId(revokeGrant);
      if (parts === undefined) {
        throw new ConnectorError(
          'config',
          '--revoke-grant is not the id of a grant to a user; valid ids look like tenant:acme:member:user:U2abc',
        );
      }
      await (
        await import('./change.ts')
      ).changeOnce(
        'revoke',
        { ...options, needsProvisioning: true, entitlement: parts.entitlementId, principal: parts.userId },
        context,
      );
    } else {
      await (await import('./sync.ts')).syncOnce({ ...options, out: options.file ?? fileOf(context.env) }, context);
    }
  });
}

function fileOf({ BATON_FILE: file = '' }: CommandContext['env']): string {
  refuseKeyForm(file, 'BATON_FILE');
  return file.trim() === '' ? 'sync.c1z' : file.trim();
}

function principalOf({ grantPrincipal, grantPrincipalType = 'user' }: EcosystemFlags): string {
  if (grantPrincipal === undefined) {
    throw new ConnectorError('config', '--grant-entitlement needs --grant-principal, the id of the user');
  }
  if (grantPrincipalType !== 'user') {
    throw new ConnectorError(
      'config',
      `--grant-principal-type is "user", not ${JSON.stringify(grantPrincipalType)}: nothing else can be granted to`,
    );
  }
  return grantPrincipal;
}
