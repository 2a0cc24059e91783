import { typeInWords } from '../sync-format/known-types.ts';
import { count } from './count.ts';
import { textOf } from './details.ts';
import { printable } from './printable.ts';
import type { WhoCan } from './who-can.ts';

// What stands above the answer to `who-can`, and below it.

const titles: Readonly<Record<string, (name: string) => string>> = {
  permission: (name) => `Who can ${name}`,
  tenant: (name) => `Who is a member of ${name}`,
  application: (name) => `Who was given ${name}`,
  third_party_app: (name) => `Who consented to ${name}`,
  project: (name) => `Who administers ${name}`,
};

/** "Who can write? (user -> role -> write)", "Who was given Wiki? (application SA2Wiki)". */
export function whoTitle({ asked: { type, id, name } }: WhoCan, where: string): string {
  const shown = printable(name === '' ? id : name);
  const about =
    type === 'permission'
      ? `user -> role -> ${shown}`
      : `${typeInWords(type)}${shown === printable(id) ? '' : ` ${printable(id)}`}`;
  return `${(titles[type] ?? ((of) => `Who holds ${of}`))(shown)}${where}? (${about})`;
}

/** What is to be said of an application or an app besides. */
export function whoNotes({ asked, notes }: WhoCan): string[] {
  if (notes === undefined) {
    return [];
  }
  const { status, defaultAccess, others = 0, scopes } = notes;
  const rest = `the ${count(others, 'user')} who ${others === 1 ? 'was' : 'were'} given no application by name`;
  const byDefault: Readonly<Record<string, string>> = {
    all: `By default ${rest} can use it, too.`,
    none: `Nobody else: ${rest} can use none.`,
    unknown: `Whether ${rest} can use it is not known: that is a setting of the project which no call tells (--application-default).`,
  };
  return [
    ...(['', 'active', 'enabled'].includes(status)
      ? []
      : [
          `The ${typeInWords(asked.type)} is ${printable(status)}: what is told here counts again when it is switched on.`,
        ]),
    ...(Array.isArray(scopes) && scopes.length > 0 ? [`It asks for ${textOf(scopes)}.`] : []),
    ...(defaultAccess === undefined ? [] : [byDefault[defaultAccess] ?? `By default: ${printable(defaultAccess)}.`]),
  ];
}

/** "3 users, 1 access key and 2 tenants, in 7 ways, 2 of them inherited." */
export function whoTotals(answer: WhoCan, inherited: number): string {
  const { users, held } = answer.counts();
  const others = answer.otherCounts();
  const parts = [
    ...(users > 0 || others.principals === 0 ? [count(users, 'user')] : []),
    ...Object.entries(answer.othersByType()).map(([type, number]) => count(number, printable(typeInWords(type)))),
  ];
  const principals = [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((text) => text !== '').join(' and ');
  const some = inherited === 0 ? '' : `, ${inherited.toLocaleString('en')} of them inherited`;
  return `${principals}, in ${count(held + others.held, 'way')}${some}.`;
}
