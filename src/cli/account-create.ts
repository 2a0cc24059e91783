import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { printable, quoted } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { type AccountField, accountFields } from '../model/account-fields.ts';
import { nameOfUser } from '../model/names.ts';
import { auditPolicy } from '../provisioning/audit.ts';
import type { AskedAccount } from '../provisioning/account-request.ts';
import { createAccount, type PasswordWish } from '../provisioning/accounts.ts';
import type { Created } from '../provisioning/create-account.ts';
import { createdSentence, waitingSentence } from '../provisioning/created-words.ts';
import { usualPassword } from '../provisioning/random-password.ts';
import { personText } from './account-words.ts';
import { policyWords } from './change-words.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { confirmed, type OperationFlags, type OperationSetup, withProvisioner } from './operation.ts';
import { openPolicyGuard } from './policy-guard.ts';
import { printSecret } from './print-secret.ts';
import { type SecretFlags, secretTeller, type TellSecret } from './secret-output.ts';
import { writeLines } from './write-lines.ts';

/** The flags of `account create` and `account invite`, by the names that the parser gives them. */
export type AccountFlags = OperationFlags & Readonly<Record<string, unknown>>;

/** The flags of `account create`. */
export type CreateAccountFlags = AccountFlags & SecretFlags & { readonly randomPassword?: boolean };

/** A password that somebody else has seen must be changed. */
const passwordWish: PasswordWish = { ask: usualPassword, isTemporary: true };

type Context = Pick<CommandContext, 'env' | 'signal' | 'print' | 'endWith'>;

/** Nothing shows whether all was done that was asked for: as where Descope does not answer. */
const exitCodeOfUnknown = 4;

/** `account create`: creates a user, without a message to anybody; with a password, tells it as it was asked for. */
export async function createAsked(flags: CreateAccountFlags, context: Context): Promise<void> {
  const { randomPassword = false, reveal, recipient } = flags;
  if (!randomPassword && (reveal === true || recipient !== undefined)) {
    throw new ConnectorError(
      'config',
      '--reveal and --recipient tell a password, and none is made: nothing was sent; add --random-password, or leave them out',
    );
  }
  const password = randomPassword ? { wish: passwordWish, teller: await secretTeller(flags) } : undefined;
  const account = { login: '', loginAliases: [], emails: [], profile: profileOf(flags), called: flagOf };
  await create(account, flags, context, { password });
}

/** `account invite`: creates a user and sends an invitation, which cannot be taken back. */
export async function inviteAsked(flags: AccountFlags, context: Context): Promise<void> {
  const profile = { ...profileOf(flags), send_invite: true };
  await create({ login: '', loginAliases: [], emails: [], profile, called: flagOf }, flags, context, {
    ask: () => confirmed('Send an invitation', flags, context.signal),
  });
}

/** `--create-account-login` and its kin, as every Baton connector takes them; without a question. */
export async function createOneShot({ asked, options, context }: OneShotCall): Promise<void> {
  const { createAccountLogin: login = '', createAccountEmail: address, createAccountProfile: profile = '{}' } = asked;
  const { createAccountResourceType: typeId = 'user' } = asked;
  if (typeId !== 'user' && typeId !== '') {
    throw new ConnectorError('config', `--create-account-resource-type is "user", not ${quoted(typeId)}`);
  }
  const account = {
    login,
    loginAliases: [],
    emails: address === undefined ? [] : [{ address, isPrimary: true }],
    profile: objectOf(profile),
  };
  await create(account, { ...options, needsProvisioning: true }, context);
}

interface CreateHow {
  readonly ask?: () => Promise<void>;
  /** The password that the user is to have, and how it is told. */
  readonly password?: { readonly wish: PasswordWish; readonly teller: TellSecret | undefined } | undefined;
}

async function create(
  account: AskedAccount,
  flags: OperationFlags,
  context: Context,
  { ask = async () => undefined, password }: CreateHow = {},
): Promise<void> {
  const { signal, print, endWith } = context;
  const work = async ({ provisioner, checkProvisioning }: OperationSetup): Promise<Created> => {
    const check = async (): Promise<PasswordWish | undefined> => {
      checkProvisioning();
      await ask();
      return password?.wish;
    };
    return await createAccount(provisioner, account, check, signal);
  };
  const created = await withProvisioner(flags, context, work, {
    policyOf: ({ settings, logger }) => openPolicyGuard(settings, { logger, signal }),
  });
  await printSecret(
    {
      sentences: sentencesOf(created),
      line: lineOf(created),
      secret: created.password && {
        name: 'password',
        description: 'the first password of the user',
        value: created.password,
      },
    },
    { teller: password?.teller, flags, print },
  );
  if (created.outcome === 'maybe-invited' || created.outcome === 'not-invited' || created.lacksPassword) {
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

/** The flag that gives a field; an invitation is a command. */
function flagOf(field: string): string {
  return field === 'send_invite' ? 'account invite' : `--${field.replaceAll('_', '-')}`;
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
  const also = [
    ...alongside.map(({ tenantId, roleName }) =>
      printable(`With it came: ${roleName ?? 'membership'}${tenantId === '' ? '' : ` in tenant ${tenantId}`}.`),
    ),
    ...policyWords(created),
  ];
  switch (outcome) {
    case 'created':
      return [`The user ${who} is created.`, ...passwordSentences(created), ...also];
    case 'invited':
      return [`The user ${who} is invited. ${createdSentence(created)}`, ...also];
    case 'maybe-invited':
    case 'not-invited':
      return [`The user is ${who}. ${createdSentence(created)}`, ...also];
    case 'already-exists':
      return created.writes.length === 0
        ? [`There is the user ${who} with this login id or address already: nothing sent.${waitingSentence(created)}`]
        : [`There is the user ${who} with this login id or address already. ${createdSentence(created)}`];
    case 'planned':
      return [
        'Nothing was sent. To create the user, this would be:',
        ...writes.flatMap(writeLines),
        ...policyWords(created),
      ];
  }
}

function passwordSentences(created: Created): readonly string[] {
  if (created.lacksPassword) {
    return [createdSentence(created)];
  }
  return created.password === undefined
    ? []
    : ['Its password is told this once, and must be changed at the first login.'];
}

/** The outcome for a script. */
function lineOf(created: Created): object {
  const { outcome, user, alongside, policy, writes, requestId } = created;
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
    ...auditPolicy(policy),
    ...(needsWords(created) && { message: createdSentence(created) }),
    writes: writes.map(({ request, body }) => ({ request, body })),
    requestId,
  };
}

/** Whether the outcome alone does not tell all. */
function needsWords({ outcome, lacksPassword, writes, user }: Created): boolean {
  const isLate = outcome === 'already-exists' && (writes.length > 0 || user?.status === 'invited');
  return lacksPassword || isLate || ['invited', 'maybe-invited', 'not-invited'].includes(outcome);
}
