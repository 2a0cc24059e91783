import { allHolders } from '../needs.ts';
import { type Rule } from '../rule.ts';
import { text } from '../world.ts';
import { createHeld, nameOfHolder, setInWords } from './held.ts';
import type { Conflict } from './schema.ts';

/** A conflict of a policy as a rule: nobody may have something of both sets, users and keys alike. */
export function conflictRule({ id, title, why, severity, first, second, scope }: Conflict): Rule {
  return {
    id: `conflict/${id}`,
    group: 'policy',
    severity,
    title: title ?? `Both ${setInWords(first)} and ${setInWords(second)}`,
    why: why ?? 'Whoever has both can do alone what was meant to need two.',
    fix: 'Take one of the two away, or waive the finding with an owner and an end.',
    controls: { soc2: ['CC6.3'], iso27001: ['A.5.3'], nist: ['AC-5'] },
    needs: [],
    needsForNone: allHolders,
    evaluate: (world) => {
      createHeld(world, 'side_one', first);
      createHeld(world, 'side_two', second);
      return world.told(
        `select b.type type, b.id id, ${nameOfHolder('b')} name, b.place tenant, '' about, b.what one, b.other other, b.sure sure
        from (${scope === 'anywhere' ? anywhere : sameTenant}) b`,
        (row) => {
          const doubt = text(row, 'sure') === '1' ? '' : ', perhaps: one of them by uncertain inheritance';
          const [one, other] = [text(row, 'one'), text(row, 'other')];
          return `has both ${setInWords(first)} (${one}) and ${setInWords(second)} (${other})${doubt}`;
        },
      );
    },
  };
}

const anywhere = `select a.type type, a.id id, '' place, min(a.what) what, min(c.what) other, max(a.sure * c.sure) sure
  from side_one a join side_two c on c.type = a.type and c.id = a.id group by a.type, a.id`;

/** What is held in the whole project counts in every tenant: where both are, it is one finding for the project. */
const sameTenant = `select a.type type, a.id id, max(a.place, c.place) place, min(a.what) what, min(c.what) other, max(a.sure * c.sure) sure
  from side_one a join side_two c on c.type = a.type and c.id = a.id and (c.place = a.place or c.place = '' or a.place = '')
  group by a.type, a.id, max(a.place, c.place)`;
