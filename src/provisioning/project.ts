import type { RefusedType } from './provisioned-type.ts';

/** Who may do what in the console is read with a key of the company, and is never changed from here. */
export const refusedProject: RefusedType = {
  typeId: 'project',
  slugs: ['admin', 'developer', 'support', 'auditor', 'management_key_role'],
  refusal:
    'who administers a project, and by which key, is managed in the Descope console: change it under Company > ' +
    'Admins, or Company > Management Keys',
};
