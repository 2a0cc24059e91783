import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const neverVerified: Rule = {
  id: 'never-verified',
  group: 'people',
  severity: 'medium',
  title: 'User who was never verified',
  why: 'Neither the email nor the phone was ever verified, so nobody has proved that they are who the record says.',
  fix: 'Let the user verify an address, or disable the account.',
  controls: { soc2: ['CC6.1', 'CC6.2'], iso27001: ['A.5.16', 'A.5.17'], nist: ['IA-4', 'IA-5'] },
  needs: [],
  evaluate: ({ found }) =>
    found(`select 'user' type, u.id, u.name, '' tenant, '' about, 'has no verified email and no verified phone' detail
      from user u where u.is_email_verified = 0 and u.is_phone_verified = 0 and not ${isShut}`),
};
