import { status } from '@grpc/grpc-js';
import type { Asked } from './double.ts';

/** A call that counts, in words that do not differ from run to run. */
export interface Step {
  /** Call, task and outcome: what has to be the same, in the same order. */
  readonly name: string;
  /** What was sent with it. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * The steps of a trace. Questions for tasks that brought none, and heartbeats that were answered as the one before,
 * depend on the time that passed, and are left out.
 */
export function stepsOf(asked: readonly Asked[], names: ReadonlyMap<string, string>): readonly Step[] {
  const nameOf = (id: string | undefined): string => (id === undefined || id === '' ? '' : (names.get(id) ?? id));
  const connections = new Set<string>();
  const beats = new Map<string, string>();
  const steps: Step[] = [];
  for (const one of asked) {
    const { call, task, status, given = [], connection } = one;
    const isKept = connections.has(connection);
    connections.add(connection);
    const isIdle = /^GetTasks?$/.test(call) && status === 'OK' && given.length === 0;
    const beat = `${status} ${JSON.stringify(one.request)}`;
    const isSameBeat = call === 'Heartbeat' && beats.get(task ?? '') === beat;
    if (call === 'Heartbeat') {
      beats.set(task ?? '', beat);
    }
    if (!isIdle && !isSameBeat) {
      const name = [call, nameOf(task), status, ...given.map((id) => `gives ${nameOf(id)}`)];
      const facts = { ...factsOf(one, names), ...(call !== 'Token' && { connection: isKept ? 'kept' : 'new' }) };
      steps.push({ name: name.filter((word) => word !== '').join(' '), facts });
    }
  }
  return steps;
}

function factsOf({ metadata = {}, request = {}, upload, token = {} }: Asked, names: ReadonlyMap<string, string>) {
  return flat({
    token,
    metadata,
    request: withNames(request, names),
    ...(upload !== undefined && {
      upload: { hostId: upload.hostId, isWhole: upload.isWhole, ...shapeOf(upload.parts) },
    }),
  });
}

/** Chunks of one size and a last one of what is left look alike, however many there are. */
function shapeOf(parts: readonly (string | number)[]): Readonly<Record<string, string>> {
  const sizes = parts.filter((part) => typeof part === 'number');
  const isEven = sizes.slice(0, -1).every((size) => size === sizes[0]) && (sizes.at(-1) ?? 0) <= (sizes[0] ?? 0);
  const kinds = parts.map((part) => (typeof part === 'number' ? 'chunk' : part));
  return {
    parts: kinds.filter((kind, place) => kind !== kinds[place - 1]).join(' '),
    chunks: isEven ? `of ${sizes.length > 1 ? sizes[0] : 'one size'}, the last of what is left` : sizes.join(' '),
  };
}

/** Tasks by their names, and what is random by what it is: ids of calls, what is encrypted, places in a feed. */
function withNames(request: object, names: ReadonlyMap<string, string>): unknown {
  return JSON.parse(
    JSON.stringify(request, (key, value: unknown) => {
      if (typeof value !== 'string' || value === '') {
        return value;
      }
      return random.has(key) ? `<${key}>` : (names.get(value) ?? value.replace(uuid, '<uuid>'));
    }),
  );
}

/** A project, with the random ids that stand in its records by what they are. */
export function withoutRandom(project: unknown): unknown {
  return withNames({ project }, new Map());
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const random: ReadonlySet<string> = new Set(['encryptedBytes', 'cursor']);

/** How each task ended, as the platform was told: "success", or the status and whether that is final. */
export function endsOf(asked: readonly Asked[], names: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const finished = asked.filter(({ call, status: answer }) => call === 'FinishTask' && answer === 'OK');
  return Object.fromEntries(
    finished.map(({ task = '', request = {} }) => {
      const {
        status: told,
        error,
        success,
      } = request as {
        readonly status?: { readonly code: number };
        readonly error?: { readonly nonRetryable?: boolean };
        readonly success?: object;
      };
      const failure = `${told === undefined ? 'nothing' : status[told.code]}${error?.nonRetryable === true ? ', final' : ''}`;
      return [names.get(task) ?? task, success === undefined ? failure : 'success'];
    }),
  );
}

/** Every leaf under its path. */
function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([key, part]) => flat(part, path === '' ? key : `${path}.${key}`));
    return Object.assign({}, ...parts) as Record<string, string>;
  }
  return { [path]: JSON.stringify(value) };
}

/** What differs between two traces, a line each: steps that only one has, and what is sent with those of both. */
export function differencesOf(daemon: readonly Step[], ours: readonly Step[]): readonly string[] {
  return align(daemon, ours).flatMap(([go, us]) => {
    if (go === undefined || us === undefined) {
      return [go === undefined ? `only ours: ${us?.name}` : `only the daemon: ${go.name}`];
    }
    const paths = new Set([...Object.keys(go.facts), ...Object.keys(us.facts)]);
    return [...paths]
      .filter((path) => go.facts[path] !== us.facts[path])
      .map((path) => `${go.name}: ${path}: ${go.facts[path] ?? 'nothing'} / ${us.facts[path] ?? 'nothing'}`);
  });
}

/** Pairs the steps of the same name in the longest common order; the others stand alone. */
function align(a: readonly Step[], b: readonly Step[]): readonly (readonly [Step | undefined, Step | undefined])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (lengths[i] as number[])[j] = // the row is there: it was made above
        a[i]?.name === b[j]?.name ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [Step | undefined, Step | undefined])[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i]?.name === b[j]?.name) {
      pairs.push([a[i], b[j]]);
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      pairs.push([a[i], undefined]);
      i += 1;
    } else {
      pairs.push([undefined, b[j]]);
      j += 1;
    }
  }
  return pairs;
}
