import { createByteSink } from './report-bytes.ts';
import { consentBlockSize, keyBlockSize, type ReportTables, sectionTags } from './report-format.ts';
import { createGroupWriter } from './report-groups.ts';
import {
  list,
  secondsOf,
  text,
  texts,
  toApplication,
  toConsoleAdmin,
  toKey,
  toManagementKey,
  toProject,
  toThirdPartyApp,
} from './report-profiles.ts';
import { type ReportTableBuilder, unlisted } from './report-tables.ts';
import {
  consentColumns,
  type ReportApplication,
  type ReportConsent,
  type ReportConsoleAdmin,
  type ReportConsoleGrant,
  type ReportKey,
  type ReportManagementKey,
  type ReportProject,
  type ReportThirdPartyApp,
} from './report-things.ts';
import type { UserBlocks } from './report-users.ts';
import type { FileUnknown, FileUnknownGrant, FileUnknownResource } from './rows.ts';

/** What of a file is neither a person's nor single sign-on's: access keys, applications, consents and the console. */
export interface ReportOthers {
  /** False for what the page does not show. Throws `inconsistent` for something that the file does not list. */
  add(row: FileUnknown): boolean;
  /** After the last row. */
  flush(): void;
  finish(): Pick<ReportTables, 'applications' | 'thirdPartyApps' | 'scopes' | 'console'>;
  readonly counts: Readonly<Record<'keys' | 'keyHoldings' | 'consents' | 'appUsers', number>>;
}

/** The page's name of what can be held. */
const heldKinds: Readonly<Record<string, 'tenant' | 'role' | 'binding'>> = {
  tenant: 'tenant',
  role: 'role',
  role_binding: 'binding',
};

const keyTypes: ReadonlySet<string> = new Set([
  'access_key',
  'access_key_secret',
  'management_key',
  'management_key_secret',
]);

/** Whether a row is about a principal that is no person: `--humans-only` leaves it out. */
export function isAboutKey(row: FileUnknown): boolean {
  return row.what === 'resource' ? keyTypes.has(row.typeId) : keyTypes.has(row.to.typeId);
}

export function createReportOthers(
  tables: ReportTableBuilder,
  users: UserBlocks,
  section: (tag: number, bytes: Uint8Array) => void,
): ReportOthers {
  const keys = createListed<ReportKey>('access_key');
  const applications = createListed<ReportApplication>('application');
  const thirdPartyApps = createListed<ReportThirdPartyApp>('third_party_app');
  const projects = createListed<ReportProject>('project');
  const admins = createListed<ReportConsoleAdmin>('console_admin');
  const managementKeys = createListed<ReportManagementKey>('management_key');
  const consoleGrants: ReportConsoleGrant[] = [];
  const scopes = { sets: createWordLists(), grantors: createWordLists(), tenants: createWordLists() };
  const held = createGroupWriter(
    (number) => {
      const { kind, role, tenant } = tables.target(number);
      return [kind, role + 1, tenant + 1];
    },
    (bytes) => section(sectionTags.keyHoldings, bytes),
  );
  const appUsers = createGroupWriter(
    (app) => [app],
    (bytes) => section(sectionTags.appUsers, bytes),
  );
  let keyBlock: ReportKey[] = [];
  let consentBlock: ReportConsent[] = [];
  let consents = 0;

  function flushKeys(): void {
    if (keyBlock.length > 0) {
      section(sectionTags.keys, new TextEncoder().encode(JSON.stringify(keyBlock)));
      keyBlock = [];
    }
  }

  function flushConsents(): void {
    if (consentBlock.length > 0) {
      section(sectionTags.consents, encodeConsents(consentBlock));
      consentBlock = [];
    }
  }

  function addKey(row: FileUnknownResource): void {
    if (keys.has(row.id)) {
      return; // a key and its secret say the same
    }
    keys.name(row.id);
    if (keyBlock.push(toKey(row)) === keyBlockSize) {
      flushKeys();
    }
  }

  /** A key that holds something and is not listed is shown by its id: to leave it out would hide access. */
  function keyOf(id: string): number {
    addKey({
      kind: 'unknown',
      what: 'resource',
      typeId: 'access_key',
      id,
      name: '',
      status: '',
      expiresAt: '',
      isNonHuman: true,
    });
    return keys.ordinalOf(id);
  }

  function addResource(row: FileUnknownResource): boolean {
    switch (row.typeId) {
      case 'access_key':
      case 'access_key_secret':
        addKey(row);
        return true;
      case 'application':
        applications.add(row.id, () => toApplication(row));
        return true;
      case 'third_party_app':
        thirdPartyApps.add(row.id, () => toThirdPartyApp(row));
        return true;
      case 'project':
        projects.add(row.id, () => toProject(row));
        return true;
      case 'console_admin':
        admins.add(row.id, () => toConsoleAdmin(row));
        return true;
      case 'management_key':
      case 'management_key_secret':
        managementKeys.add(row.id, () => toManagementKey(row));
        return true;
      case 'finding':
        return true; // the page shows what the rules find in the file itself
      default:
        return false;
    }
  }

  function addConsent({ on, to, metadata = {} }: FileUnknownGrant): void {
    const grantors = texts(metadata, 'granted_by');
    const tenants = texts(metadata, 'tenants');
    const isAlone = grantors.length === 1 && grantors[0] === to.id;
    consents += 1;
    const full = consentBlock.push({
      app: thirdPartyApps.ordinalOf(on.id),
      isTenant: Number(to.typeId === 'tenant'),
      holder: to.typeId === 'tenant' ? tables.tenantOf('tenant', to.id) : users.ordinalOf(to.id),
      scopes: scopes.sets.ordinalOf(texts(metadata, 'scopes')),
      grantors: isAlone ? 0 : scopes.grantors.ordinalOf(grantors) + 1,
      tenants: tenants.length === 0 ? 0 : scopes.tenants.ordinalOf(tenants) + 1,
      createdAt: secondsOf(text(metadata, 'created')),
      expiresAt: secondsOf(text(metadata, 'expires')),
    });
    if (full === consentBlockSize) {
      flushConsents();
    }
  }

  function addConsoleGrant({ slug, on, to, metadata = {} }: FileUnknownGrant): void {
    const isKey = to.typeId === 'management_key';
    consoleGrants.push({
      project: projects.ordinalOf(on.id),
      isKey,
      holder: (isKey ? managementKeys : admins).ordinalOf(to.id),
      roles: list(metadata, 'roles').length > 0 ? texts(metadata, 'roles') : [slug],
      via: text(metadata, 'via'),
      tags: texts(metadata, 'tags'),
      isUncertain: text(metadata, 'certainty') === 'uncertain',
    });
  }

  function addGrant(row: FileUnknownGrant): boolean {
    const { on, to } = row;
    const kind = Object.hasOwn(heldKinds, on.typeId) ? heldKinds[on.typeId] : undefined;
    if (kind !== undefined && to.typeId === 'access_key') {
      held.add(tables.targetOf(kind, on.id), keyOf(to.id));
    } else if (on.typeId === 'application' && to.typeId === 'user') {
      appUsers.add(applications.ordinalOf(on.id), users.ordinalOf(to.id));
    } else if (on.typeId === 'third_party_app' && (to.typeId === 'user' || to.typeId === 'tenant')) {
      addConsent(row);
    } else if (on.typeId === 'project' && (to.typeId === 'console_admin' || to.typeId === 'management_key')) {
      addConsoleGrant(row);
    } else {
      return false;
    }
    return true;
  }

  return {
    add: (row) => (row.what === 'resource' ? addResource(row) : addGrant(row)),
    flush: () => {
      flushKeys();
      flushConsents();
      held.close();
      appUsers.close();
    },
    get counts() {
      return { keys: keys.count(), keyHoldings: held.count, consents, appUsers: appUsers.count };
    },
    finish: () => ({
      ...(applications.count() > 0 && { applications: applications.all() }),
      ...(thirdPartyApps.count() > 0 && {
        thirdPartyApps: thirdPartyApps.all(),
        scopes: {
          sets: scopes.sets.all(),
          grantors: scopes.grantors.all(),
          tenants: scopes.tenants.all(),
        },
      }),
      ...(projects.count() + admins.count() + managementKeys.count() > 0 && {
        console: {
          projects: projects.all(),
          admins: admins.all(),
          keys: managementKeys.all(),
          grants: consoleGrants,
        },
      }),
    }),
  };
}

function encodeConsents(block: readonly ReportConsent[]): Uint8Array {
  const bytes = createByteSink();
  bytes.number(block.length);
  for (const column of consentColumns) {
    let before = 0;
    for (const consent of block) {
      bytes.signed(consent[column] - before); // consents to an app follow each other: small numbers
      before = consent[column];
    }
  }
  return bytes.take();
}

/** Things by the order in which they come, found by their ids; `name` numbers one that is kept elsewhere. */
function createListed<T>(type: string) {
  const ordinals = new Map<string, number>();
  const values: T[] = [];
  return {
    has: (id: string): boolean => ordinals.has(id),
    name: (id: string): void => void ordinals.set(id, ordinals.size),
    /** Of a thing that is listed twice, the first counts. */
    add: (id: string, make: () => T): void => {
      if (!ordinals.has(id)) {
        ordinals.set(id, ordinals.size);
        values.push(make());
      }
    },
    ordinalOf: (id: string): number => {
      const ordinal = ordinals.get(id);
      if (ordinal === undefined) {
        throw unlisted(type, id);
      }
      return ordinal;
    },
    count: (): number => ordinals.size,
    all: (): readonly T[] => values,
  };
}

/** Lists of words, each once. */
function createWordLists() {
  const ordinals = new Map<string, number>();
  const lists: (readonly string[])[] = [];
  return {
    ordinalOf: (words: readonly string[]): number => {
      const key = JSON.stringify(words);
      const ordinal = ordinals.get(key) ?? lists.push(words) - 1;
      ordinals.set(key, ordinal);
      return ordinal;
    },
    all: (): readonly (readonly string[])[] => lists,
  };
}
