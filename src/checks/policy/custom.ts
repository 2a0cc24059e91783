import { ConnectorError } from '../../errors.ts';
import { count } from '../../answers/count.ts';
import type { Found } from '../found.ts';
import type { Need, Rule } from '../rule.ts';
import { text, type World } from '../world.ts';
import { compileExpression, type Expression } from './expression.ts';
import type { CustomRule } from './schema.ts';
import { readerOf } from './subject-reader.ts';
import { type SubjectKind, subjectKind } from './subjects.ts';

/** A rule of a policy whose condition is an expression, as a rule. The policy was checked: the expression compiles. */
export function customRule({ id, title, severity, for: name, when, why, fix }: CustomRule): Rule {
  const kind = subjectKind(name);
  const expression = compileExpression(when, kind.variable, kind.fields);
  if ('fault' in expression) {
    throw new ConnectorError('config', `custom/${id}: ${expression.fault}`);
  }
  return {
    id: `custom/${id}`,
    group: 'policy',
    severity,
    title,
    why: why ?? 'The policy says that it must not be so.',
    fix: fix ?? 'Change it, or waive the finding with an owner and an end.',
    controls: { soc2: ['CC6.1'], iso27001: ['A.5.15'], nist: ['AC-3'] },
    needs: needsOf(kind, expression),
    evaluate: (world) => evaluate(world, { id, title, kind, expression }),
  };
}

interface Asked {
  readonly id: string;
  readonly title: string;
  readonly kind: SubjectKind;
  readonly expression: Expression;
}

function needsOf({ needs, fields }: SubjectKind, expression: Expression): Need[] {
  const ofFields = Array.from(expression.fields, (name) => fields[name]?.needs).filter((need) => need !== undefined);
  return [...new Set<Need>([...needs, ...ofFields, ...(expression.asksNow ? (['time'] as const) : [])])];
}

/** Rows come by type and id; what is found of one subject is put in order here. */
function* evaluate(world: World, { id, title, kind, expression }: Asked): Generator<Found> {
  const { sql, toSubject } = readerOf(world, kind, expression.fields);
  const now = new Date(world.now * 1000);
  let undecided = 0;
  let first = '';
  let same: Found[] = [];
  for (const row of world.rows(sql)) {
    const verdict = expression.holds(toSubject(row), now);
    if (typeof verdict === 'object') {
      first = undecided === 0 ? `${text(row, 'type')} ${text(row, 'id')}: ${verdict.undecided}` : first;
      undecided += 1;
    } else if (verdict) {
      const found = foundIn(row, title);
      if (same[0] !== undefined && (same[0].id !== found.id || same[0].type !== found.type)) {
        yield* inOrder(same);
        same = [];
      }
      same.push(found);
    }
  }
  yield* inOrder(same);
  if (undecided > 0) {
    const of = count(undecided, 'case');
    yield {
      type: 'rule',
      id: `custom/${id}`,
      name: title,
      tenant: '',
      about: 'undecided',
      detail: `could not be decided in ${of}; the first is ${first}`,
    };
  }
}

function foundIn(row: Readonly<Record<string, unknown>>, title: string): Found {
  const what = text(row, 'what');
  return {
    type: text(row, 'type'),
    id: text(row, 'id'),
    name: text(row, 'name'),
    tenant: text(row, 'tenant'),
    about: text(row, 'about'),
    detail: what === '' ? title : `${title}: ${what}`,
  };
}

function inOrder(found: readonly Found[]): readonly Found[] {
  return found.toSorted((one, other) => compare(one.tenant, other.tenant) || compare(one.about, other.about));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
