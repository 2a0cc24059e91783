import pLimit from 'p-limit';
import type { SearchUsers } from '../../src/descope/users/user-read.ts';
import { createDescopeClient } from '../../src/descope/client.ts';
import { failureOfStatus } from '../../src/descope/http/errors.ts';
import { maxParallelFetchesCeiling } from '../../src/descope/http/limiter.ts';
import { decodeUserPage, toSearchBody } from '../../src/descope/users/user-page.ts';
import { userReadEndpoints } from '../../src/descope/users/user.ts';
import { type ProjectSeed, type ProjectState, startEmulator } from '../../src/emulator/emulator.ts';
import { createProject } from '../../src/emulator/project.ts';
import { Secret } from '../../src/secret.ts';
import { chanceOf } from '../support/chance.ts';
import { turn } from '../descope/support.ts';
import type { Plan } from './scenarios.ts';

/** The longest that a search lags behind a creation: what the promise leaves out. */
const lagSeconds = 15;
const path = '/v2/mgmt/user/search';

/** A page as any reader sees it. */
export interface PlainPage {
  readonly users: readonly { readonly userId: string }[];
  readonly total: number;
}

/** Where an SDK finds the service over HTTP. */
export interface Address {
  readonly projectId: string;
  readonly baseUrl: string;
  readonly managementKey: string;
}

/** A project in which a plan comes true while somebody reads it. Each reader gets one of its own. */
export interface World {
  /** The reader's own clock. */
  readonly now: () => number;
  readonly search: SearchUsers;
  readonly post: (body: Readonly<Record<string, unknown>>) => Promise<PlainPage>;
  /** Undefined in process. */
  readonly address: Address | undefined;
  /** Everybody who must have been read: alive now, and created by the lag before the first answer. */
  promised(): readonly string[];
  close(): Promise<void>;
}

interface Course {
  readonly now: () => number;
  readonly firstUsers: ProjectSeed;
  begin(state: ProjectState): void;
  /** Before each search is answered: time passes, and what is planned for it happens. */
  advance(): void;
  promised(): readonly string[];
}

function courseOf({ seed, users, recent, changes }: Plan): Course {
  const chance = chanceOf(seed * 2 + 2);
  const startMs = 1_741_082_400_000 + Math.floor(chance() * 1000);
  let clock = startMs;
  let answered = 0;
  let firstAnswerMs = 0;
  let state: ProjectState | undefined;
  return {
    now: () => clock,
    firstUsers: {
      users: users.map(({ age, isInvited }, place) => ({
        userId: `U${place}`,
        createdTime: Math.floor(startMs / 1000 - age),
        status: isInvited ? 'invited' : 'enabled',
      })),
    },
    begin: (begun) => {
      state = begun;
      for (const age of recent.toSorted((left, right) => right - left)) {
        clock = startMs - age * 1000;
        begun.addUser({});
      }
      clock = startMs;
    },
    advance: () => {
      answered += 1;
      clock += chance() * 2000;
      firstAnswerMs ||= clock;
      for (const change of changes.get(answered) ?? []) {
        if (change.kind === 'create') {
          state?.addUser({});
        } else if (change.kind === 'reorder') {
          state?.reorder();
        } else if (state !== undefined && state.userCount > 0) {
          state.deleteUser(state.userAt(Math.floor(change.at * (state.userCount - 1))).userId);
        }
      }
    },
    promised: () => {
      const upTo = Math.floor(firstAnswerMs / 1000) - lagSeconds;
      return [...(state?.users() ?? [])].filter(({ createdTime }) => createdTime < upTo).map(({ userId }) => userId);
    },
  };
}

/** The emulator's own answers without HTTP, six at a time, overtaking each other as the seed says. */
export function openInProcess(plan: Plan): World {
  const course = courseOf(plan);
  const { api, state, switches } = createProject({
    projectId: 'P2',
    users: undefined,
    seed: plan.seed,
    project: course.firstUsers,
    switches: plan.switches,
    now: course.now,
  });
  course.begin(state);
  const chance = chanceOf(plan.seed * 2 + 3);
  const limit = pLimit(maxParallelFetchesCeiling);

  const ask = (body: Readonly<Record<string, unknown>>, signal?: AbortSignal) =>
    limit(async () => {
      for (let left = Math.floor(chance() * 6); left > 0; left -= 1) {
        await turn();
      }
      signal?.throwIfAborted();
      course.advance();
      const reply = api.answer(
        { number: 0, nth: 0, endpoint: `POST ${path}`, method: 'POST', path, query: {}, body },
        { scope: 'project', namesProject: true },
      );
      const serverTimeMs =
        switches.dateHeader === 'off'
          ? undefined
          : (Math.floor(course.now() / 1000) + switches.clockSkewSeconds) * 1000;
      for (let left = Math.floor(chance() * 6); left > 0; left -= 1) {
        await turn();
      }
      signal?.throwIfAborted();
      if (reply.status !== 200) {
        throw failureOfStatus(userReadEndpoints.searchUsers, reply.status, reply.body.toString()).error;
      }
      return { json: JSON.parse(reply.body.toString()) as unknown, serverTimeMs };
    });

  return {
    now: course.now,
    search: async (query, { signal }) => {
      const { json, serverTimeMs } = await ask(toSearchBody(query), signal);
      return { ...decodeUserPage(json), serverTimeMs };
    },
    post: async (body) => (await ask(body)).json as PlainPage,
    address: undefined,
    promised: () => course.promised(),
    close: async () => undefined,
  };
}

/** The emulator over HTTP, read with our whole client. Which request arrives first is up to the machine. */
export async function openOverHttp(plan: Plan): Promise<World> {
  const course = courseOf(plan);
  const emulator = await startEmulator({
    seed: plan.seed,
    project: course.firstUsers,
    switches: plan.switches,
    now: course.now,
  });
  course.begin(emulator.state);
  emulator.state.onRequest(
    () => true,
    () => {
      course.advance();
      return 'again';
    },
  );
  const { projectId, baseUrl, managementKey } = emulator;
  const client = createDescopeClient({ projectId, baseUrl, managementKey: () => new Secret(managementKey) });
  return {
    now: course.now,
    search: (query, call) => client.searchUsers(query, call),
    post: async (body) => {
      const headers = { authorization: `Bearer ${projectId}:${managementKey}`, 'content-type': 'application/json' };
      const answer = await fetch(`${baseUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as PlainPage;
    },
    address: { projectId, baseUrl, managementKey },
    promised: () => course.promised(),
    close: () => emulator.close(),
  };
}
