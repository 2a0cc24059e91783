import type { Report } from '../context.ts';
import { loginOf } from '../data/people.ts';
import { fold } from '../data/search.ts';
import type { ExportedColumn, GridColumn } from './grid-layout.ts';
import { number } from '../format.ts';
import { LevelBadge, Name, PermissionName, PlaceName, RoleName, Status, UserName, wholeProject } from './names.tsx';

type Of = (row: number) => number | undefined;

/** What tells people apart, in every saved list that names one, whatever is shown. */
export function personExport({ project }: Report, of: Of): ExportedColumn[] {
  const { users } = project;
  return [
    exported('Login', of, (user) => loginOf(project, user)),
    exported('Email', of, (user) => users.email.at(user)),
    exported('User id', of, (user) => users.id.at(user)),
  ];
}

/** The first columns of a saved list that is about one thing. */
export function aboutPerson(report: Report, user: number): ExportedColumn[] {
  return [{ header: 'Person', text: () => report.project.users.name.at(user) }, ...personExport(report, () => user)];
}

export function aboutThing(
  header: string,
  { name, id }: { readonly name: string; readonly id?: string },
): ExportedColumn[] {
  return [{ header, text: () => name }, ...(id === undefined ? [] : [{ header: `${header} id`, text: () => id }])];
}

function exported(header: string, of: Of, textOf: (ordinal: number) => string): ExportedColumn {
  return {
    header,
    text: (row) => {
      const ordinal = of(row);
      return ordinal === undefined ? '' : textOf(ordinal);
    },
  };
}

/** What a person is searched by. */
export function searchedOf({ project: { users } }: Report, user: number | undefined): string {
  return user === undefined
    ? ''
    : `${users.name.at(user)} ${users.email.at(user)} ${users.login.at(user)} ${users.id.at(user)}`;
}

/** Names in the order of their letters; those that begin with none, such as telephone numbers, come last. */
export function nameKey(name: string): string {
  return `${/^\p{L}/u.test(name) ? ' ' : '~'}${fold(name)}`;
}

/** Columns that many grids share. `of` tells which user, role ... a row is about; undefined leaves the cell empty. */
export function commonColumns(report: Report) {
  const { project, analysis } = report;
  const { users, roles, tenants, permissions, statuses } = project;

  /** A column of names: sorted and searched by the name, shown as a link. */
  const named = (
    id: string,
    header: string,
    width: string,
    of: Of,
    nameOf: (ordinal: number) => string,
    cell: GridColumn['cell'],
    options: Partial<GridColumn> = {},
  ): GridColumn => {
    const text = (row: number): string => {
      const ordinal = of(row);
      return ordinal === undefined ? '' : nameOf(ordinal);
    };
    return {
      id,
      header,
      width,
      text,
      key: (row) => nameKey(text(row)),
      cell: (row) => (of(row) === undefined ? null : cell(row)),
      ...options,
    };
  };

  return {
    user: (of: Of, header = 'Person') =>
      named(
        'user',
        header,
        '3.4fr',
        of,
        (user) => users.name.at(user),
        (row) => <UserName user={of(row) ?? 0} />,
        {
          isPerson: true,
          least: 190,
          alsoExported: personExport(report, of),
          searched: (row) => searchedOf(report, of(row)),
        },
      ),
    status: (of: Of) =>
      named(
        'status',
        'Status',
        '0.9fr',
        of,
        (user) => (user >= users.current ? 'gone' : (statuses[users.status[user] ?? 0] ?? '')),
        (row) => <Status user={of(row) ?? 0} />,
        { least: 84 },
      ),
    role: (of: Of) =>
      named(
        'role',
        'Role',
        '1.8fr',
        of,
        (role) => roles[role]?.name ?? '',
        (row) => <RoleName role={of(row) ?? 0} />,
        { alsoExported: [exported('Role id', of, (role) => roles[role]?.id ?? '')] },
      ),
    place: (of: Of, header = 'Where') =>
      named(
        'place',
        header,
        '1.5fr',
        of,
        (place) => tenants[place]?.name ?? wholeProject,
        (row) => <PlaceName place={of(row) ?? -1} />,
        { alsoExported: [exported('Tenant id', of, (place) => tenants[place]?.id ?? '')] },
      ),
    permission: (of: Of) =>
      named(
        'permission',
        'Permission',
        '1.8fr',
        of,
        (permission) => permissions[permission]?.name ?? '',
        (row) => <PermissionName permission={of(row) ?? 0} />,
      ),
    level: (of: Of): GridColumn => {
      const levelOf = (row: number) => analysis.levelOfPermission[of(row) ?? 0] ?? 'ordinary';
      const rank = { administrative: 3, sensitive: 2, ordinary: 1, reading: 0 };
      return {
        id: 'level',
        header: 'Level',
        width: '1.2fr',
        isNumber: false,
        text: levelOf,
        key: (row) => -rank[levelOf(row)],
        cell: (row) => <LevelBadge level={levelOf(row)} />,
      };
    },
    text: (
      id: string,
      header: string,
      width: string,
      textOf: (row: number) => string,
      options: Partial<GridColumn> = {},
    ): GridColumn => ({
      id,
      header,
      width,
      text: textOf,
      key: (row) => fold(textOf(row)),
      cell: (row) => <Name text={textOf(row)} />,
      ...options,
    }),
    number: (
      id: string,
      header: string,
      valueOf: (row: number) => number,
      options: Partial<GridColumn> = {},
    ): GridColumn => ({
      id,
      header,
      width: '0.8fr',
      isNumber: true,
      text: (row) => String(valueOf(row)),
      key: valueOf,
      cell: (row) => number(valueOf(row)),
      ...options,
    }),
  };
}
