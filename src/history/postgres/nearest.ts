import { manyUsers, mostNamed, sameLetters } from '../../answers/find.ts';
import { farnessFrom } from '../../model/near-names.ts';
import type { Connection } from './connection.ts';
import { copyOut } from './copy.ts';
import { stoodOn, type Versions } from './parts.ts';
import { literals } from './user-sql.ts';

interface Near {
  readonly n: number;
  readonly far: number;
  readonly id: Buffer;
}

/**
 * The users who are called most nearly so, as `find` compares them: all are gone through here, or of very many those that
 * begin alike, and few are brought.
 */
export async function nearestUsers(
  connection: Connection,
  versions: Versions,
  { asked, users }: { readonly asked: string; readonly users: number },
): Promise<readonly number[]> {
  const name = asked.startsWith('user:') ? asked.slice('user:'.length) : asked;
  const farness = farnessFrom(name);
  const stood = stoodOn({ ...versions, hasPast: false });
  const texts = ['id', 'name', 'email', 'login'];
  const alike = users > manyUsers ? `and (${texts.map((text) => begins(text, name)).join(' or ')})` : '';
  let near: Near[] = [];
  const keepNearest = (): void => {
    near = near
      .toSorted((one, other) => one.far - other.far || Buffer.compare(one.id, other.id))
      .slice(0, mostNamed + 1);
  };
  const query = `select n, id, name, email, logins from user_row r where ${stood} ${alike}`;
  for await (const rows of copyOut(connection, query)) {
    for (const [n, id, ofName, email, logins] of rows) {
      const all = [id ?? '', ofName ?? '', email ?? '', ...(JSON.parse(logins ?? '[]') as string[])]; // we wrote the list
      const far = Math.min(...all.map((text) => farness(text) ?? Number.POSITIVE_INFINITY));
      if (Number.isFinite(far)) {
        near.push({ n: Number(n), far, id: Buffer.from(id ?? '') });
      }
    }
    keepNearest();
  }
  return near.map(({ n }) => n);
}

function begins(column: string, name: string): string {
  return `lower(left(${column}, ${sameLetters})) = lower(${literals([Array.from(name).slice(0, sameLetters).join('')])})`;
}
