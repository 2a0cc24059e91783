import { count } from '../../answers/count.ts';
import { foldedAddress } from '../../answers/fold-sql.ts';
import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const sharedEmail: Rule = {
  id: 'shared-email',
  group: 'people',
  severity: 'medium',
  title: 'Accounts that share one email',
  why:
    'Two accounts have one address: a person is counted twice, and taking away one account leaves the ' +
    'other. Whoever has the mailbox may get into both.',
  fix: 'Merge the accounts, or correct the address that is wrong.',
  controls: { soc2: ['CC6.1', 'CC6.2'], iso27001: ['A.5.16', 'A.5.17'], nist: ['IA-4', 'IA-5'] },
  needs: [],
  *evaluate({ told, marks }): Generator<Found> {
    const { sharedEmails } = marks();
    if (sharedEmails.length > 0) {
      yield* told(
        `with shared(email, accounts) as (select ${foldedAddress('email')}, count(*) from user
          where ${foldedAddress('email')} in (select value from json_each(?)) group by 1 having count(*) > 1)
        select 'user' type, u.id, u.name, '' tenant, '' about, u.email email, s.accounts accounts
        from user u join shared s on s.email = ${foldedAddress('u.email')}`,
        (row) => `has the email ${text(row, 'email')}, as ${count(number(row, 'accounts') - 1, 'other account')}`,
        JSON.stringify(sharedEmails),
      );
    }
  },
};
