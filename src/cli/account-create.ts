import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { printable, printableJson } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { type AccountField, accountFields } from '../model/account-fields.ts';
import { nameOfUser } from '../model/names.ts';
import type { AskedAccount } from '../provisioning/account-request.ts';
import { createAccount } from '../provisioning/accounts.ts';
import type { Created } from '../provisioning/create-account.ts';
import { createdSentence } from '../provisioning/created-words.ts';
import { personText } from './account-words.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';
import { prose } from './results.ts';
import { writeLines } from './write-lines.ts';

/** The flags of `account create` and `account invite`, by the names that the parser gives them. */
export type AccountFlags = OperationFlags & Readonly<Record<string, unknown>>;

type Context = Pick<CommandContext, 'env' | 'signal' | 'print' | 'endWith'>;

/** Nothing shows whether an invitation was sent: as where Descope does not answer. */
const exitCodeOfUnknown = 4;

/** `account create`: creates a user, without a message to anybody. */
export async function createAsked(flags: AccountFlags, context: Context): Promise<void> {
  await create({ login: '', loginAliases: [], emails: [], profile: profileOf(flags) }, flags, context);
}

/** `account invite`: creates a user and sends an invitation, which cannot be taken back. */
export async function inviteAsked(flags: AccountFlags, context: Context): Promise<void> {
  const profile = { ...profileOf(flags), send_invite: true };
  await create({ login: '', loginAliases: [], emails: [], profile }, flags, context, () =>
    confirmed('Send an invitation', flags, context.signal),
  );
}

/** `--create-account-login` and its kin, as every Baton connector takes them; without a question. */
export async function createOneShot({ asked, options, context }: OneShotCall): Promise<void> {
  const { createAccountLogin: login = '', createAccountEmail: address, createAccountProfile: profile = '{}' } = asked;
  const { createAccountResourceType: typeId = 'user' } = asked;
  if (typeId !== 'user' && typeId !== '') {
    throw new ConnectorError('config', `--create-account-resource-type is "user", not ${JSON.stringify(typeId)}`);
  }
  const account = {
    login,
    loginAliases: [],
    emails: address === undefined ? [] : [{ address, isPrimary: true }],
    profile: objectOf(profile),
  };
  await create(account, { ...options, needsProvisioning: true }, context);
}

async function create(
  account: AskedAccount,
  flags: OperationFlags,
  context: Context,
  ask: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { signal, print, endWith } = context;
  const created = await withProvisioner(flags, context, ({ provisioner, checkProvisioning }) => {
    const check = async (): Promise<undefined> => {
      checkProvisioning();
      await ask();
    };
    return createAccount(provisioner, account, check, signal);
  });
  print(flags.json === true ? printableJson(lineOf(created)) : prose(...sentencesOf(created)).join('\n'));
  if (created.outcome === 'maybe-invited') {
    endWith(exitCodeOfUnknown);
  }
}

/** The fields that the flags give. */
function profileOf(flags: AccountFlags): JsonObject {
  return Object.fromEntries(
    accountFields.flatMap((field): readonly (readonly [string, JsonValue])[] => {
      const value = flags[camelCase(field)];
      return typeof value === 'string' || typeof value === 'boolean' ? [[field.name, value]] : [];
    }),
  );
}

function camelCase({ name }: AccountField): string {
  return name.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function objectOf(text: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as JsonObject; // what JSON.parse makes is JSON
    }
  } catch {
    // told below
  }
  throw new ConnectorError('config', '--create-account-profile is not a JSON object');
}

function sentencesOf(created: Created): readonly string[] {
  const { outcome, user, writes, alongside } = created;
  const who = user === undefined ? '' : personText(nameOfUser(user), user.loginIds[0] ?? '', user.userId);
  const also = alongside.map(({ tenantId, roleName }) =>
    printable(`With it came: ${roleName ?? 'membership'}${tenantId === '' ? '' : ` in tenant ${tenantId}`}.`),
  );
  switch (outcome) {
    case 'created':
      return [`The user ${who} is created.`, ...also];
    case 'invited':
      return [`The user ${who} is invited. ${createdSentence(created)}`, ...also];
    case 'maybe-invited':
      return [createdSentence(created)];
    case 'already-exists':
      return created.writes.length === 0
        ? [`There is the user ${who} with this login id or address already: nothing sent.`]
        : [`There is the user ${who} with this login id or address already. ${createdSentence(created)}`];
    case 'planned':
      return ['Nothing was sent. To create the user, this would be:', ...writes.flatMap(writeLines)];
  }
}

/** The outcome for a script. */
function lineOf(created: Created): object {
  const { outcome, user, alongside, writes, requestId } = created;
  return {
    operation: 'create',
    outcome,
    ...(user !== undefined && {
      resource: `user:${user.userId}`,
      name: nameOfUser(user),
      login: user.loginIds[0] ?? '',
      status: user.status,
    }),
    ...(alongside.length > 0 && { alongside }),
    ...((['invited', 'maybe-invited'].includes(outcome) || (outcome === 'already-exists' && writes.length > 0)) && {
      message: createdSentence(created),
    }),
    writes: writes.map(({ request, body }) => ({ request, body })),
    requestId,
  };
}
