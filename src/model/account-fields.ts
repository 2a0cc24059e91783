/** One field of the profile of an account that is created. */
export interface AccountField {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly placeholder: string;
  /** A `switch` is told as a string, "true" or "false": the form of a platform knows nothing else. */
  readonly kind: 'text' | 'texts' | 'map' | 'switch';
  readonly isRequired?: true;
}

/** What can be said of a new account, in the order of a form. Roles are not among it: access comes by grants. */
export const accountFields = [
  {
    name: 'login_id',
    displayName: 'Login ID',
    description: 'What the user signs in with. Taken from the login or the primary email address where it is left out.',
    placeholder: 'ada@example.com',
    kind: 'text',
    isRequired: true,
  },
  {
    name: 'email',
    displayName: 'Email',
    description: 'The email address. Needed for an invitation, unless the login ID is one or there is a phone number.',
    placeholder: 'ada@example.com',
    kind: 'text',
  },
  {
    name: 'phone',
    displayName: 'Phone',
    description: 'The phone number, with the code of the country.',
    placeholder: '+44 20 7946 0000',
    kind: 'text',
  },
  {
    name: 'display_name',
    displayName: 'Display name',
    description: 'The whole name.',
    placeholder: 'Ada Lovelace',
    kind: 'text',
  },
  { name: 'given_name', displayName: 'Given name', description: 'The first name.', placeholder: 'Ada', kind: 'text' },
  {
    name: 'middle_name',
    displayName: 'Middle name',
    description: 'The middle name.',
    placeholder: 'King',
    kind: 'text',
  },
  {
    name: 'family_name',
    displayName: 'Family name',
    description: 'The last name.',
    placeholder: 'Lovelace',
    kind: 'text',
  },
  {
    name: 'tenant_ids',
    displayName: 'Tenants',
    description: 'Ids of the tenants that the user is a member of from the beginning. Roles are granted afterwards.',
    placeholder: 'acme',
    kind: 'texts',
  },
  {
    name: 'custom_attributes',
    displayName: 'Custom attributes',
    description: 'Values of custom attributes that the project defines, by their machine names.',
    placeholder: '{"department": "Analysis"}',
    kind: 'map',
  },
  {
    name: 'send_invite',
    displayName: 'Send an invitation',
    description: 'Descope sends the user a message to sign in. It is sent once, and never to a user who exists.',
    placeholder: 'true or false',
    kind: 'switch',
  },
  {
    name: 'verified_email',
    displayName: 'Email is verified',
    description: "The email address is known to be the user's.",
    placeholder: 'true or false',
    kind: 'switch',
  },
  {
    name: 'verified_phone',
    displayName: 'Phone is verified',
    description: "The phone number is known to be the user's.",
    placeholder: 'true or false',
    kind: 'switch',
  },
  {
    name: 'create_disabled',
    displayName: 'Create disabled',
    description: 'The user cannot sign in until enabled. Not with an invitation.',
    placeholder: 'true or false',
    kind: 'switch',
  },
  {
    name: 'test',
    displayName: 'Test user',
    description: 'A test user of Descope, whom codes can be made for without a message.',
    placeholder: 'true or false',
    kind: 'switch',
  },
] as const satisfies readonly AccountField[];

export type AccountFieldName = (typeof accountFields)[number]['name'];
