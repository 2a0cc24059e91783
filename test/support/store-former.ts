import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';
import { waysOf } from '../../src/answers/reach/ways-of.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { ConnectorError } from '../../src/errors.ts';
import { openHistory } from '../../src/history/open-history.ts';
import type { Question } from '../../src/history/store.ts';
import { timelineOf } from '../../src/history/timeline.ts';
import { temporaryFolder } from './cli.ts';
import { finishOf, importDay, writeDay } from './history.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';

const day = (number: number): string => new Date(finishOf(number)).toISOString();
const ada = user('u-ada', { name: 'Ada', loginIds: ['ada@x.test'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('u-bob', { name: 'Bob', loginIds: ['bob@x.test'] });
const lists = {
  tenants: [tenant('acme', { name: 'Acme' }), tenant('initech')],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};

const answers: Readonly<Record<Question['about'], (index: FileIndex, of: string) => unknown>> = {
  access: (index, of) => accessOf(index, of),
  'who-can': (index, of) => whoCan(index, of),
  timeline: (index, of) => timelineOf(index, of),
};

/** What is told of names that a store of three days has not on the day that is asked, or had never. */
export function describeFormer(storeIn: (folder: string) => Promise<string>): void {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store = '';
  beforeAll(async () => {
    folder = await temporaryFolder();
    store = await storeIn(folder.path);
    const days = [
      { ...lists, users: [ada] },
      { ...lists, users: [ada], roles: [...lists.roles, role('Guest')] },
      { ...lists, users: [bob], tenants: [...lists.tenants, tenant('globex', { name: 'Globex' })] },
    ];
    for (const [number, rows] of days.entries()) {
      const file = join(folder.path, `${number}.json`);
      await writeDay(file, number, rows);
      await importDay(store, file);
    }
  });
  afterAll(async () => await folder[Symbol.asyncDispose]());

  async function asked(about: Question['about'], of: string, atMs?: number): Promise<ConnectorError> {
    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({ projectId: undefined, atMs }), {
      question: { about, of },
    });
    try {
      answers[about](index, of);
    } catch (thrown) {
      if (thrown instanceof ConnectorError) {
        return thrown;
      }
      throw thrown;
    }
    throw new Error('it was answered');
  }

  describe('somebody whom the sync that is asked does not have', () => {
    it.each(['ada@x.test', 'Ada', 'u-ada'])(
      '%s, who is gone, is told with the last sync that had them',
      async (name) => {
        const { kind, message } = await asked('access', name);

        expect(kind).toBe('not-found');
        expect(message.split('\n')).toEqual([
          expect.stringMatching(/^there is no user ".*" in .*; others of the store have it$/),
          `  user:u-ada Ada, last in that of ${day(1)}: ask with --at ${day(1)}`,
        ]);
      },
    );

    it('and who came later, with the first one', async () => {
      const { message } = await asked('access', 'bob@x.test', finishOf(1));

      expect(message).toContain(`user:u-bob Bob, first in that of ${day(2)}: ask with --at ${day(2)}`);
    });

    it('is told of roles, too, and not of things that cannot be meant', async () => {
      expect((await asked('who-can', 'Guest')).message).toContain(`role:Guest, last in that of ${day(1)}`);
      expect((await asked('who-can', 'ada@x.test')).message).not.toContain('last in that of');
      expect((await asked('access', 'Guest')).message).not.toContain('last in that of');
    });

    it('is told of whatever else a question names: ends of ways, and a tenant', async () => {
      await using history = await openHistory(store);
      const names = ['bob@x.test', 'Globex'];
      const sync = await history.choose({ projectId: undefined, atMs: finishOf(1) });
      await using ways = await history.index(sync, { isLean: true, names });
      await using who = await history.index(sync, { question: { about: 'who-can', of: 'write' }, names });

      expect(() => waysOf(ways, 'bob@x.test', 'write')).toThrow(`user:u-bob Bob, first in that of ${day(2)}`);
      expect(() => whoCan(who, 'write', 'Globex')).toThrow(`tenant:globex Globex, first in that of ${day(2)}`);
    });

    it('and nothing is made up of somebody whom no sync had', async () => {
      expect((await asked('access', 'nobody@x.test')).message).not.toContain('that of');
    });
  });

  describe('a timeline of a name that nothing has', () => {
    it('speaks of all that it could be, and means the nearest of all', async () => {
      const words = 'there is no user, key, app, permission, role, tenant or other thing';

      expect((await asked('timeline', 'qqqqqqq')).message).toContain(`${words} "qqqqqqq"`);
      expect((await asked('timeline', 'Editr')).message).toContain('did you mean "role:Editor"?');
      expect((await asked('timeline', 'initch')).message).toContain('did you mean "tenant:initech"?');
    });
  });

  describe('a role inside a tenant, by the id that grants have', () => {
    const holders = async (name: string, inTenant?: string): Promise<unknown> => {
      await using history = await openHistory(store);
      await using index = await history.index(await history.choose({ projectId: undefined, atMs: finishOf(1) }), {
        question: { about: 'who-can', of: name },
      });
      const found = whoCan(index, name, inTenant);
      return { id: found.asked.id, place: found.tenant?.id, users: [...found.paths()].map(({ userId }) => userId) };
    };

    it.each(['acme/Editor', 'role_binding:acme/Editor'])('%s is who holds the role there', async (name) => {
      expect(await holders(name)).toEqual({ id: 'Editor', place: 'acme', users: ['u-ada'] });
      expect(await holders(name, 'Acme')).toEqual({ id: 'Editor', place: 'acme', users: ['u-ada'] });
    });

    it('is found where nobody holds it, and no other tenant may be named with it', async () => {
      expect(await holders('initech/Editor')).toEqual({ id: 'Editor', place: 'initech', users: [] });
      await expect(holders('acme/Editor', 'initech')).rejects.toThrow(
        '"acme/Editor" is a role inside tenant "acme": leave --tenant out, or name that one',
      );
    });

    it.each(['nowhere/Editor', 'acme/Nothing', 'acme/'])('%s is nothing', async (name) => {
      await expect(holders(name)).rejects.toThrow('there is no permission, role or other thing to hold');
    });
  });
}
