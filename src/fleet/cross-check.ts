import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FileIndex } from '../answers/file-index.ts';
import type { Severity } from '../checks/rule.ts';
import { foldAddress } from '../model/address.ts';
import { fold } from '../model/fold.ts';
import type { FleetProject } from './fleet.ts';

/** A rule over several projects. */
export interface CrossRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly fix: string;
  /** Why nothing can be said; undefined where it was evaluated. */
  readonly notEvaluated?: string | undefined;
}

/** Something that is wrong between projects. */
export interface CrossFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: { readonly type: 'address' | 'access_key'; readonly id: string };
  /** Where it is to be mended, and where what says so stands: names of projects. */
  readonly projects: readonly string[];
  readonly against: readonly string[];
  readonly detail: string;
}

/** The label that says which environment a project is, and what its values for the real one begin with. */
const environmentLabel = 'env';
const isReal = (value: string): boolean => /^(?:prod|live)/i.test(value);

const leaver = {
  id: 'fleet-leaver-still-active',
  severity: 'high',
  title: 'Somebody who is disabled in one project, and active with access in another',
  fix: 'Ask whether they left. If so, disable them in the other projects, too.',
} as const;
const stranger = {
  id: 'fleet-address-not-verified',
  severity: 'medium',
  title: 'An address that is verified in one project, and not in another where its user holds access',
  fix: 'Find out who registered it there: let them verify it, or remove the user.',
} as const;
const sameKey = {
  id: 'fleet-key-in-two-environments',
  severity: 'medium',
  title: 'An access key of the same name in production and in another environment',
  fix: 'Give each environment keys of its own names, and make sure that their secrets and owners differ.',
} as const;

/** What several projects have between them. Memory does not grow with them: what is compared lies in a database on disk. */
export interface CrossCheck extends Disposable {
  /** Takes what matters of a project. */
  add(project: FleetProject, index: Pick<FileIndex, 'database' | 'types'>): void;
  /** Once all projects are in. */
  rules(): readonly CrossRule[];
  findings(): Generator<CrossFinding>;
  /** How many people there are by their verified addresses, and how many of them are in several projects. */
  people(): { readonly all: number; readonly inSeveral: number };
}

const schema = `
  create table person (email text not null, project text not null, is_verified integer not null, is_shut integer not null,
    has_access integer not null);
  create table key (name text not null, shown text not null, project text not null, environment text not null);
`;

/** Compares projects in a database in a folder, which is the caller's. */
export function openCrossCheck(folder: string): CrossCheck {
  const database = new DatabaseSync(join(folder, 'fleet.db'));
  database.exec(`pragma journal_mode = off; pragma synchronous = off; ${schema}`);
  const putPerson = database.prepare('insert into person values (?, ?, ?, ?, ?)');
  const putKey = database.prepare('insert into key values (?, ?, ?, ?)');
  const environments = new Set<string>();
  const withoutKeys: string[] = [];
  const withoutLabel: string[] = [];
  return {
    add: ({ name: project, labels }, { database: from, types }) => {
      database.exec('begin');
      for (const { email, verified, shut, access } of from
        .prepare(
          `select email, is_email_verified verified, status in ('disabled', 'expired') shut,
             exists (select 1 from holding h where h.user = u.n) access
           from user u where email <> '' and is_test = 0`,
        )
        .iterate()) {
        putPerson.run(foldAddress(String(email)), project, Number(verified), Number(shut), Number(access));
      }
      const environment = labels[environmentLabel];
      if (environment === undefined) {
        withoutLabel.push(project);
      } else {
        environments.add(environment);
        if (types.has('access_key')) {
          for (const { name } of from
            .prepare("select name from other where type = 'access_key' and name <> '' and status in ('active', '')")
            .iterate()) {
            putKey.run(fold(String(name)), String(name), project, environment);
          }
        } else {
          withoutKeys.push(project);
        }
      }
      database.exec('commit');
    },
    rules: () => [
      leaver,
      stranger,
      { ...sameKey, notEvaluated: whyNoKeys([...environments], withoutLabel, withoutKeys) },
    ],
    *findings() {
      database.exec(
        'create index if not exists by_email on person (email, project); create index if not exists by_name on key (name)',
      );
      yield* peopleFindings(database, leaver, {
        mend: 'is_shut = 0 and is_verified = 1 and has_access = 1',
        against: 'is_shut = 1 and is_verified = 1',
        detail: (here, there) => `is active, with access, in ${here}, and disabled in ${there}`,
      });
      yield* peopleFindings(database, stranger, {
        mend: 'is_verified = 0 and is_shut = 0 and has_access = 1',
        against: 'is_verified = 1',
        detail: (here, there) =>
          `is used by somebody with access in ${here}, where nobody has verified it; it is verified in ${there}`,
      });
      yield* keyFindings(database, [...environments].filter(isReal));
    },
    people: () => {
      const row = database
        .prepare(
          `select count(*) people, coalesce(sum(projects > 1), 0) several from (
             select count(distinct project) projects from person where is_verified = 1 group by email)`,
        )
        .get();
      return { all: Number(row?.['people']), inSeveral: Number(row?.['several']) };
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** Addresses of which one project says the one, and another the other. */
function* peopleFindings(
  database: DatabaseSync,
  { id: rule, severity }: CrossRule,
  {
    mend,
    against,
    detail,
  }: { readonly mend: string; readonly against: string; readonly detail: (here: string, there: string) => string },
): Generator<CrossFinding> {
  const names = (condition: string): string =>
    `(select json_group_array(project) from (select distinct project from person q
       where q.email = p.email and ${condition} order by project))`;
  const statement = database.prepare(
    `select email, ${names(mend)} mend, ${names(against)} against from (select distinct email from person where ${mend}) p
     where exists (select 1 from person q where q.email = p.email and ${against}
       and not exists (select 1 from person r where r.email = q.email and r.project = q.project and ${mend}))
     order by email`,
  );
  for (const { email, mend: here, against: there } of statement.iterate()) {
    const [projects, others] = [namesIn(here), namesIn(there)];
    yield {
      rule,
      severity,
      subject: { type: 'address', id: String(email) },
      projects,
      against: others,
      detail: detail(projects.join(', '), others.join(', ')),
    };
  }
}

function* keyFindings(database: DatabaseSync, real: readonly string[]): Generator<CrossFinding> {
  const marks = real.map(() => '?').join(', ');
  const names = (condition: string): string =>
    `(select json_group_array(project) from (select distinct project from key q
       where q.name = k.name and environment ${condition} (${marks}) order by project))`;
  const statement = database.prepare(
    `select shown, ${names('in')} real, ${names('not in')} other
     from (select name, min(shown) shown from key where environment in (${marks}) group by name) k
     where exists (select 1 from key q where q.name = k.name and environment not in (${marks})) order by name`,
  );
  for (const { shown, real: here, other } of statement.iterate(...real, ...real, ...real, ...real)) {
    const [projects, others] = [namesIn(here), namesIn(other)];
    yield {
      rule: sameKey.id,
      severity: sameKey.severity,
      subject: { type: 'access_key', id: String(shown) },
      projects,
      against: others,
      detail: `is an active key in ${projects.join(', ')} and in ${others.join(', ')}`,
    };
  }
}

function namesIn(json: unknown): readonly string[] {
  return JSON.parse(String(json)) as readonly string[];
}

function whyNoKeys(
  environments: readonly string[],
  withoutLabel: readonly string[],
  withoutKeys: readonly string[],
): string | undefined {
  if (withoutKeys.length > 0) {
    return `access keys were not read of ${withoutKeys.join(', ')} (include: [access_key])`;
  }
  if (withoutLabel.length > 0) {
    return `no label ${environmentLabel} says which environment ${withoutLabel.join(', ')} is`;
  }
  return environments.some(isReal) && environments.some((value) => !isReal(value))
    ? undefined
    : `the labels ${environmentLabel} do not tell production (prod..., live...) from others`;
}
