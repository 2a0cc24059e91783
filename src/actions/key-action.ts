import type { JsonObject } from '@bufbuild/protobuf';
import type { ActionField } from '../model/action-schema.ts';
import { printable } from '../printable.ts';
import { askedKeySwitch, type KeySwitched } from '../provisioning/key-status.ts';
import type { ActionCall } from './action.ts';
import { textArgument } from './arguments.ts';

/** The argument that names the access key. */
export const keyId: ActionField = {
  name: 'access_key_id',
  displayName: 'Access key',
  description: 'The id of the access key, such as K2abc.',
  type: 'id',
  of: 'access_key',
  isRequired: true,
};

/** Switches the key of a call, or another one, on or off. */
export async function onKey(
  { args, provisioner, attempted, signal }: ActionCall,
  operation: 'enable' | 'disable',
  id = textArgument(args, keyId.name),
): Promise<KeySwitched> {
  const switched = await provisioner.perform(
    { operation, resource: `access_key:${id}` },
    (tools) => askedKeySwitch(operation, id, tools),
    signal,
  );
  attempted(switched);
  return switched;
}

export function toldOfKey(
  { isPlanned, isOurs, name }: KeySwitched,
  words: { readonly planned: string; readonly done: string; readonly already: string },
): JsonObject {
  return {
    message: `access key ${printable(name)} ${isPlanned ? words.planned : isOurs ? words.done : words.already}`,
  };
}
