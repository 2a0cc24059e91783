import { expect } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import type { AccessPath } from '../../src/answers/access-path.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';
import { namesakesIn } from '../../src/answers/namesakes.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { HistoryReader, KeptSync, Question } from '../../src/history/store.ts';
import { timelineOf } from '../../src/history/timeline.ts';

/** What an index answers to a question, or the error that it ends with, with all that is told besides. */
function toldOf(index: FileIndex, { about, of }: Question, tenants: readonly string[]): unknown {
  const told = <T>(ask: () => T): T | string => {
    try {
      return ask();
    } catch (thrown) {
      if (thrown instanceof ConnectorError) {
        return thrown.message;
      }
      throw thrown;
    }
  };
  const asked = { ...index, path: 'a store' };
  const names = namesakesIn(index.database);
  const dressed = (paths: Iterable<AccessPath>): unknown =>
    Array.from(paths, (path) => ({ ...path, isShared: names.isUserShared(path.user) }));
  const answer = {
    access: () =>
      told(() => {
        const found = accessOf(asked, of);
        return { ...found, paths: dressed(found.paths()), gains: dressed(found.gains()) };
      }),
    'who-can': () =>
      [undefined, ...tenants].map((tenant) =>
        told(() => {
          const found = whoCan(asked, of, tenant);
          return {
            ...found,
            counts: found.counts(),
            otherCounts: found.otherCounts(),
            paths: dressed(found.paths()),
            gains: dressed(found.gains()),
          };
        }),
      ),
    timeline: () =>
      told(() => {
        const found = timelineOf(asked, of);
        return { ...found, events: [...found.events()] };
      }),
  }[about]();
  const { gap, inheritance, types, hasOthers, hasOtherGrants, unknown, moment } = index;
  const all = { answer, gap, inheritance, types: [...types].toSorted(), hasOthers, hasOtherGrants, unknown, moment };
  return JSON.parse(JSON.stringify(all, (key, value: unknown) => (key === 'n' ? undefined : value)));
}

/** Texts that name what a store has or had, or nearly do, and some that name nothing. */
function askable({ database }: FileIndex): readonly string[] {
  const texts = [
    "select type || ':' || id from entity where type not like '#%'",
    "select id from entity where type not like '#%' and type <> 'role_binding'",
    'select name from user_row union select email from user_row union select login from login_row',
    'select name from thing_row union select role from thing_row union select name from other_row',
  ].flatMap((sql) =>
    database
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0])),
  );
  const changed = [(text: string) => `  ${text.toUpperCase()} `, (text: string) => `${text.slice(0, -1)}q`];
  return [...new Set([...texts, ...texts.map((text, at) => changed[at % 2]?.(text) ?? ''), 'nobody at all', ' '])];
}

/** A question is answered from what a store brings for it alone as from all that the store has. */
export async function checkReach(
  history: HistoryReader,
  sync: KeptSync,
  questions: (texts: readonly string[]) => readonly Question[],
): Promise<void> {
  const [asked, ids] = await askedOf(history, sync, questions);
  await using whole = await history.index(sync, { hasPast: true, names: asked.map(({ of }) => of) });
  for (const question of asked) {
    await using part = await history.index(sync, { question });
    expect({ question, told: toldOf(part, question, ids) }).toEqual({ question, told: toldOf(whole, question, ids) });
  }
}

/** What is asked of a sync, and the tenants in which it is. */
async function askedOf(
  history: HistoryReader,
  sync: KeptSync,
  questions: (texts: readonly string[]) => readonly Question[],
): Promise<readonly [readonly Question[], readonly string[]]> {
  await using whole = await history.index(sync, { hasPast: true });
  const tenants = whole.database.prepare('select id from tenant order by id desc limit 1').all();
  return [questions(askable(whole)), tenants.map(({ id }) => String(id))];
}

/** Every question about every text. */
export function allQuestions(texts: readonly string[]): readonly Question[] {
  return texts.flatMap((of) => (['access', 'who-can', 'timeline'] as const).map((about) => ({ about, of })));
}

/** About so many of them, and of whatever there is the question that it is usually asked. */
export function someQuestions(texts: readonly string[], wanted: number): readonly Question[] {
  const all = allQuestions(texts);
  const step = Math.max(1, Math.floor(all.length / wanted));
  const turn = step % 3 === 0 ? step + 1 : step; // there are three questions
  const held = /^(?:permission|role|tenant|application|third_party_app|project|vault):/;
  const principal = /^(?:user|access_key|console_admin|management_key):/;
  return all.filter(
    ({ about, of }, at) =>
      at % turn === 0 || (about === 'who-can' && held.test(of)) || (about === 'access' && principal.test(of)),
  );
}
