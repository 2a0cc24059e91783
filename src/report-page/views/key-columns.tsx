import type { ReportAnyKey } from '../../answers/report-things.ts';
import { type Report, useReport } from '../context.ts';
import { daysSince, daysUntil } from '../data/days.ts';
import {
  addressesInWords,
  type Creator,
  endsSoon,
  expiryInWords,
  isPowerful,
  keyFacts,
  lastSix,
  type Owner,
} from '../data/keys.ts';
import { direct, flowOf, heldAbove } from '../data/inherited.ts';
import { marksOf, tenantInWords } from '../data/people.ts';
import { day } from '../format.ts';
import { toHash } from '../route.ts';
import { commonColumns, nameKey, personExport } from './columns.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, Name, PlaceName, ThingName, UserName, WordStatus } from './names.tsx';

type KeyOf<K extends ReportAnyKey> = (row: number) => K | undefined;

/** When a key ends: the words, with a mark where that is soon or over. */
export function Expiry({ of }: { readonly of: ReportAnyKey }) {
  const { project } = useReport();
  const words = expiryInWords(project, of);
  const isOver = of.expiresAt !== 0 && daysUntil(project, of.expiresAt) < 0;
  return isOver || endsSoon(project, of) ? <Badge tone={isOver ? 'bad' : 'warn'}>{words}</Badge> : <>{words}</>;
}

export function OwnerName({ owner }: { readonly owner: Owner }) {
  switch (owner.kind) {
    case 'itself':
      return <>itself</>;
    case 'user':
      return <UserName user={owner.user} />;
    case 'gone':
      return (
        <>
          <Badge tone="bad">gone</Badge> <Name text={owner.id} />
        </>
      );
  }
}

export function CreatorName({ creator }: { readonly creator: Creator }) {
  switch (creator.kind) {
    case 'user':
      return <UserName user={creator.user} />;
    case 'thing':
      return (
        <>
          {creator.what} <Name text={creator.name} />
        </>
      );
    case 'gone':
      return (
        <>
          <Badge tone="bad">gone</Badge> <Name text={creator.id} />
        </>
      );
    case 'untold':
      return creator.id === '' ? <>not told</> : <Name text={creator.id} />;
  }
}

function ownerInWords({ project }: Report, owner: Owner): string {
  return owner.kind === 'itself' ? 'itself' : owner.kind === 'user' ? project.users.name.at(owner.user) : owner.id;
}

export function creatorInWords({ project }: Report, creator: Creator): string {
  switch (creator.kind) {
    case 'user':
      return project.users.name.at(creator.user);
    case 'thing':
      return `${creator.what} ${creator.name}`;
    case 'gone':
      return `${creator.id} (gone)`;
    case 'untold':
      return creator.id === '' ? 'not told' : creator.id;
  }
}

/** Columns that access keys and management keys share. */
export function anyKeyColumns<K extends ReportAnyKey>(
  report: Report,
  keyOf: KeyOf<K>,
  kind: string,
  hrefOf: (id: string) => string,
) {
  const { project } = report;
  const common = commonColumns(report);
  const ageOf = (row: number): number => daysSince(project, keyOf(row)?.createdAt ?? 0);
  return {
    name: common.text('name', kind, '2.6fr', (row) => keyOf(row)?.name ?? '', {
      isPerson: true,
      least: 170,
      key: (row) => nameKey(keyOf(row)?.name ?? ''),
      searched: (row) => `${keyOf(row)?.name} ${keyOf(row)?.id} ${keyOf(row)?.description}`,
      alsoExported: [
        { header: `${kind} id`, text: (row) => keyOf(row)?.id ?? '' },
        { header: 'Description', text: (row) => keyOf(row)?.description ?? '' },
      ],
      cell: (row) => (
        <ThingName
          name={keyOf(row)?.name ?? ''}
          marks={[lastSix(keyOf(row)?.id ?? '')]}
          href={hrefOf(keyOf(row)?.id ?? '')}
        />
      ),
    }),
    status: common.text('status', 'Status', '0.8fr', (row) => keyOf(row)?.status ?? '', {
      least: 84,
      cell: (row) => <WordStatus word={keyOf(row)?.status ?? ''} />,
    }),
    expires: common.text(
      'expires',
      'Expires',
      '1.5fr',
      (row) => expiryInWords(project, keyOf(row) ?? { expiresAt: 0 }),
      {
        least: 172,
        key: (row) => keyOf(row)?.expiresAt || Number.MAX_SAFE_INTEGER, // never comes last
        cell: (row) => {
          const key = keyOf(row);
          return key === undefined ? null : <Expiry of={key} />;
        },
        alsoExported: [
          { header: 'Expires on', text: (row) => day(keyOf(row)?.expiresAt ?? 0) },
          {
            header: 'Days left',
            text: (row) => {
              const { expiresAt = 0 } = keyOf(row) ?? {};
              return expiresAt === 0 ? '' : String(daysUntil(project, expiresAt));
            },
          },
        ],
      },
    ),
    age: common.number('age', 'Age in days', ageOf, {
      text: (row) => (keyOf(row)?.createdAt === 0 ? '' : String(ageOf(row))),
      cell: (row) => (keyOf(row)?.createdAt === 0 ? '?' : ageOf(row).toLocaleString('en')),
      alsoExported: [{ header: 'Created', text: (row) => day(keyOf(row)?.createdAt ?? 0) }],
    }),
    addresses: common.text(
      'addresses',
      'May be used from',
      '1.3fr',
      (row) => addressesInWords(keyOf(row) ?? { addresses: [] }),
      { least: 104 },
    ),
  } satisfies Record<string, GridColumn>;
}

/** Columns of access keys. `keyAt` tells which key a row is about. */
export function keyColumns(report: Report, keyAt: (row: number) => number) {
  const { project, analysis } = report;
  const facts = keyFacts(project, analysis);
  const common = commonColumns(report);
  const keyOf = (row: number) => project.keys[keyAt(row)];
  const owner = (row: number): Owner => facts.owners[keyAt(row)] ?? { kind: 'itself' };
  const creator = (row: number): Creator => facts.creators[keyAt(row)] ?? { kind: 'untold', id: '' };
  const power = (row: number) => facts.powers[keyAt(row)];
  const isPower = (row: number): boolean => isPowerful(project, analysis, keyAt(row));
  const userOf = (row: number): number | undefined => {
    const one = owner(row);
    return one.kind === 'user' ? one.user : undefined;
  };
  return {
    ...anyKeyColumns(report, keyOf, 'Access key', (id) => toHash('keys', id)),
    owner: common.text('owner', 'Acts as', '1.9fr', (row) => ownerInWords(report, owner(row)), {
      least: 120,
      isPerson: true,
      searched: (row) => {
        const user = userOf(row);
        return user === undefined
          ? ownerInWords(report, owner(row))
          : `${project.users.name.at(user)} ${marksOf(project, user).join(' ')}`;
      },
      key: (row) => (owner(row).kind === 'itself' ? '' : nameKey(ownerInWords(report, owner(row)))),
      cell: (row) => <OwnerName owner={owner(row)} />,
      alsoExported: personExport(report, userOf),
    }),
    creator: common.text('creator', 'Made by', '1.5fr', (row) => creatorInWords(report, creator(row)), {
      least: 120,
      isPerson: true,
      isOptional: true,
      cell: (row) => <CreatorName creator={creator(row)} />,
      alsoExported: [{ header: 'Made by id', text: (row) => keyOf(row)?.createdBy ?? '' }],
    }),
    roles: common.number('roles', 'Roles', (row) => power(row)?.roles ?? 0),
    permissions: common.number('permissions', 'Permissions', (row) => power(row)?.permissions ?? 0, { width: '1fr' }),
    tenants: common.number('tenants', 'Tenants', (row) => power(row)?.tenants ?? 0, {
      isOptional: true,
      isUnprinted: true,
    }),
    inherited: common.number('inherited', 'Inherited', (row) => power(row)?.inherited ?? 0, {
      isOptional: true,
      isUnprinted: true,
    }),
    privileged: common.text('privileged', 'Privileged', '1fr', (row) => (isPower(row) ? 'privileged' : ''), {
      key: (row) => Number(!isPower(row)),
      cell: (row) => (isPower(row) ? <Badge tone="bad">privileged</Badge> : null),
    }),
    ignored: common.text('ignored', 'Ignored roles', '1.2fr', (row) => keyOf(row)?.ignoredRoles.join(', ') ?? '', {
      isOptional: true,
    }),
  };
}

/** How a key has something: whether keys inherit at all is less sure than that people do. */
export function keyWayColumn(
  report: Report,
  edgeOf: (row: number) => number,
  isBound: (row: number) => boolean,
): GridColumn {
  const { project } = report;
  const isUncertain = (row: number): boolean => {
    const { certainty, keys } = flowOf(project, edgeOf(row));
    return edgeOf(row) !== direct && (isBound(row) ? certainty : keys) === 'uncertain';
  };
  const words = (row: number): string =>
    edgeOf(row) === direct
      ? 'direct'
      : `inherited from ${tenantInWords(project, heldAbove(project, edgeOf(row)))}${isUncertain(row) ? ', uncertain' : ''}`;
  return commonColumns(report).text('way', 'How', '1.9fr', words, {
    least: 165,
    cell: (row) =>
      edgeOf(row) === direct ? (
        <>direct</>
      ) : (
        <>
          {isUncertain(row) && (
            <>
              <Badge tone="warn">uncertain</Badge>{' '}
            </>
          )}
          inherited from <PlaceName place={heldAbove(project, edgeOf(row))} />
        </>
      ),
  });
}
