import type { JsonObject } from '@bufbuild/protobuf';
import type { ActionField } from '../model/action-schema.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import type { PolicyWord } from '../provisioning/access-guard.ts';
import type { AuditOperation } from '../provisioning/audit.ts';
import type { OperationTools } from '../provisioning/provisioner.ts';
import { askedOfUser, type UserOperated, type UserOperation } from '../provisioning/user-operation.ts';
import type { ActionCall } from './action.ts';
import { textArgument } from './arguments.ts';

/** The argument that names the user. */
export const userId: ActionField = {
  name: 'user_id',
  displayName: 'User',
  description: 'The id of the user, such as U2abc. A login id is refused: it can come to mean somebody else.',
  type: 'id',
  of: 'user',
  isRequired: true,
};

/** The result that says in a sentence what was done. */
export const message: ActionField = {
  name: 'message',
  displayName: 'Message',
  description: 'What was done, or why nothing was to be done, in a sentence.',
  type: 'text',
};

type MakeOperation = (
  id: string,
  tools: OperationTools,
  call: { readonly signal?: AbortSignal },
) => UserOperation | Promise<UserOperation>;

/** Carries out one operation on the user of a call, or on another one. */
export async function onUser(
  { args, provisioner, attempted, signal }: ActionCall,
  operation: AuditOperation,
  make: MakeOperation,
  id = textArgument(args, userId.name),
): Promise<UserOperated> {
  const operated = await provisioner.perform(
    { operation, resource: `user:${id}` },
    async (tools) => askedOfUser(await make(id, tools, signal === undefined ? {} : { signal }), id, tools),
    signal,
  );
  attempted(operated);
  return operated;
}

/** What is told of an operation on a user: whether it was planned, done now, or so already. */
export function toldOf(
  { isPlanned, isOurs, before, policy }: UserOperated,
  words: { readonly planned: string; readonly done: string; readonly already: string },
): JsonObject {
  const who = printable(nameOfUser(before.user) || before.user.userId);
  return {
    message: `${who} ${isPlanned ? words.planned : isOurs ? words.done : words.already}${policyText(policy, isPlanned)}`,
  };
}

/** What the policy says of a change that is made all the same, as the end of a sentence; '' for nothing. */
export function policyText({ broken, unknown }: PolicyWord, isPlanned: boolean): string {
  const breaks = isPlanned ? 'would break' : 'breaks';
  const rules = broken.map(({ rule, detail }) => `; this ${breaks} ${rule} of the policy: ${detail}`);
  return [...rules, ...(unknown === undefined ? [] : [`; ${unknown}`])].join('');
}
