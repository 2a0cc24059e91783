import { customAttributeList } from '../descope/custom-attributes.ts';
import { changedFields, type ProfileChange, readProfile, updatingProfile } from '../provisioning/user-profile.ts';
import type { Action } from './action.ts';
import { objectArgument } from './arguments.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

const userProfile = 'user_profile';

export const updateUser: Action = {
  words: {
    name: 'update_user',
    displayName: 'Update user',
    description:
      'Changes display_name, given_name, middle_name, family_name, email, phone, verified_email, verified_phone and ' +
      'custom_attributes of the user. A value sets, null clears, what is absent stays. An address that somebody else ' +
      'has is refused. A new address is unverified unless the profile says otherwise.',
    kinds: ['account', 'account-update-profile'],
    arguments: [
      userId,
      {
        name: userProfile,
        displayName: 'Profile',
        description:
          'The fields to change, as a JSON object or the text of one, such as {"display_name": "Ada Lovelace"}.',
        type: 'json',
        isRequired: true,
      },
    ],
    results: [
      message,
      {
        name: 'updated_fields',
        displayName: 'Updated fields',
        description: 'The fields that were changed.',
        type: 'texts',
      },
      {
        name: 'skipped_fields',
        displayName: 'Skipped fields',
        description: 'The fields of the profile that this connector does not change, or the project does not define.',
        type: 'texts',
      },
    ],
  },
  operation: 'update',
  run: async (call) => {
    let asked: ProfileChange | undefined;
    const operated = await onUser(call, 'update', async (id, tools, options) => {
      const profile = objectArgument(call.args, userProfile) ?? {};
      const isCustom = Object.hasOwn(profile, 'custom_attributes');
      asked = readProfile(profile, isCustom ? await tools.client.readList(customAttributeList, options) : []);
      return await updatingProfile(id, asked, tools, options);
    });
    return {
      ...toldOf(operated, {
        planned: 'would be updated',
        done: 'is updated',
        already: 'has these values already; nothing was sent',
      }),
      updated_fields: asked === undefined || !operated.isOurs ? [] : [...changedFields(operated.before, asked)],
      skipped_fields: [...(asked?.skipped ?? [])],
    };
  },
};
