import { foldAddress } from '../../model/address.ts';
import { number, type Row, text, type World } from '../world.ts';
import type { Subject } from './expression.ts';
import type { SubjectField, SubjectKind } from './subjects.ts';

/** How the subjects of a kind are read: only the columns of the fields that are asked. */
export interface SubjectReader {
  readonly sql: string;
  readonly toSubject: (row: Row) => Subject;
}

type Value = Subject[string] | undefined;

export function readerOf(
  world: World,
  { identity, from, fields }: SubjectKind,
  asked: ReadonlySet<string>,
): SubjectReader {
  const used = Object.entries(fields).filter(([name]) => asked.has(name));
  const columns = [...new Set(used.map(([, { sql }]) => sql))];
  const things = createThings(world);
  const read = used.map(([name, field]): readonly [string, (row: Row) => Value] => {
    const column = `c${columns.indexOf(field.sql)}`;
    return [name, (row) => valueOf(field, row[column], { things, now: world.now })];
  });
  return {
    sql: `select ${[identity, ...columns.map((sql, at) => `${sql} c${at}`)].join(', ')} from ${from}`,
    toSubject: (row) => {
      const subject: Record<string, Subject[string]> = {};
      for (const [name, of] of read) {
        const value = of(row);
        if (value !== undefined) {
          subject[name] = value;
        }
      }
      return subject;
    },
  };
}

interface Facts {
  readonly things: Things;
  /** Epoch seconds of the sync. */
  readonly now: number;
}

const daySeconds = 86_400;

function valueOf({ form }: SubjectField, value: unknown, { things, now }: Facts): Value {
  switch (form) {
    case 'text':
      return typeof value === 'string' ? value : '';
    case 'domain':
      return domainOf(typeof value === 'string' ? value : '');
    case 'flag':
      return value === 1;
    case 'number':
      return BigInt(Number(value ?? 0));
    case 'list':
      return listIn(value);
    case 'time': {
      const ms = msOf(value);
      return ms === undefined ? undefined : new Date(ms);
    }
    case 'days':
    case 'left': {
      const ms = msOf(value);
      return ms === undefined
        ? undefined
        : BigInt(Math.floor((form === 'days' ? now - ms / 1000 : ms / 1000 - now) / daySeconds));
    }
    case 'privileged':
      return numbersIn(value).some((thing) => things.of(thing).isPrivileged);
    default:
      return [...new Set(numbersIn(value).flatMap((thing) => things.of(thing)[form]))];
  }
}

function domainOf(email: string): string {
  const at = email.lastIndexOf('@');
  return at === -1 ? '' : foldAddress(email.slice(at + 1));
}

function msOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' && value !== '' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function listIn(json: unknown): readonly string[] {
  const list: unknown = typeof json === 'string' ? JSON.parse(json) : [];
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

function numbersIn(value: unknown): readonly number[] {
  return typeof value === 'number'
    ? [value]
    : typeof value === 'string' && value !== ''
      ? value.split(',').map(Number)
      : [];
}

/** What holding something means, by its number; each is looked up once. */
interface Things {
  of(thing: number): Thing;
}

interface Thing {
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly isPrivileged: boolean;
}

function createThings({ index: { database }, powers }: World): Things {
  const known = new Map<number, Thing>();
  const find = database.prepare(
    `select t.kind kind, t.id id, t.role role, coalesce(r.role, -1) n from thing t left join role_of r on r.thing = t.n where t.n = ?`,
  );
  return {
    of: (thing) => {
      const had = known.get(thing);
      if (had !== undefined) {
        return had;
      }
      const row = find.get(thing) ?? {};
      const isTenant = row['kind'] === 'tenant';
      const power = powers.of(number(row, 'n'));
      const made: Thing = {
        tenants: isTenant ? [text(row, 'id')] : [],
        roles: isTenant ? [] : [text(row, 'role')],
        permissions: power?.allows.map((place) => powers.permissions[place]?.name ?? '') ?? [],
        isPrivileged: (power?.privilege.length ?? 0) > 0,
      };
      known.set(thing, made);
      return made;
    },
  };
}
