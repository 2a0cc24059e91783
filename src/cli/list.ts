import { heldInWords } from '../answers/access-path.ts';
import { momentInWords, nameAndStatus, unknownNotes } from '../answers/answer-text.ts';
import { csvBytes } from '../answers/csv.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { type ListKind, listingOf, type ListRow } from '../answers/listing.ts';
import { quoted } from '../answers/printable.ts';
import { listJson } from '../answers/question-json.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { tableLines, type TableOptions } from '../answers/table.ts';
import { chooseFile } from './file-argument.ts';
import type { CommandContext } from './command-context.ts';
import { type AnswerFlags, checkOneFormat, map } from './questions.ts';
import { readIndex } from './read-index.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import type { WhenFlags } from './stored.ts';
import { tell } from './tell.ts';
import { fullPath } from '../store-url.ts';

export type ListFlags = AnswerFlags & WhenFlags & { readonly match?: string };

/** The things of one kind in a file, with their ids. */
export async function tellList(
  kind: ListKind,
  file: string | undefined,
  options: ListFlags,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<void> {
  checkOneFormat(options);
  await using index = await readIndex(fullPath(await chooseFile(file, { env })), signal, {
    ...options,
    isLean: true,
  });
  const { match } = options;
  const listing = listingOf(index, kind, match);
  const { columns, total } = listing;
  const notes = [...momentInWords(index), ...unknownNotes(index.unknown)];
  if (options.csv === true) {
    await writeResult(
      csvBytes(
        columns,
        map(listing.rows(), (row) => columns.map((column) => row[column] ?? '')),
      ),
      signal,
    );
    notes.forEach((note) => tell('info', note));
  } else if (options.json === true) {
    const { head, list, rows } = listJson(index, listing, { kind, match });
    await writeResult(jsonLines(head, list, rows()), signal);
  } else {
    let shown = 0;
    const counted = map(listing.rows(), (row) => {
      shown += 1;
      return cellsOf(kind, row);
    });
    await writeResult(
      withEnds(tableLines(counted, { width: screenWidth(), shrink: shrinks[kind] ?? ofOthers })),
      signal,
    );
    const noun = typeInWords(kind.slice(0, -1), total);
    await writeResult(
      [
        `${match === undefined ? '' : `${shown.toLocaleString('en')} of `}${total.toLocaleString('en')} ` +
          `${noun}${match === undefined ? '' : ` with ${quoted(match)}`}.\n`,
      ],
      signal,
    );
    await writeResult(withEnds(prose(...notes)), signal);
  }
}

/** The id comes first: people paste it, so it is never cut. */
function cellsOf(kind: ListKind, row: ListRow): string[] {
  const text = (column: string): string => row[column] ?? '';
  switch (kind) {
    case 'users':
      return [
        text('user_id'),
        nameAndStatus({ user: text('name'), status: text('status') }),
        [text('user_id'), text('name')].includes(text('login')) ? '' : text('login'),
      ];
    case 'tenants':
      return [
        text('tenant_id'),
        text('name'),
        text('parent_tenant_id') === '' ? '' : `below ${text('parent_tenant_id')}`,
      ];
    case 'roles':
      return [
        text('role_id'),
        heldInWords({ kind: 'role', role: text('role'), tenantId: text('tenant_id'), tenant: text('tenant') }),
      ];
    case 'permissions':
      return [text('permission')];
    default:
      return otherCells(row);
  }
}

/** "K2abc  Acme CI (expired)  expires 2026-12-20; key of U2abc". */
function otherCells(row: ListRow): string[] {
  const text = (column: string): string => row[column] ?? '';
  const [expires, owner] = [text('expires_at'), text('owner_type') === 'user' ? text('owner_id') : ''];
  return [
    text('id'),
    nameAndStatus({ user: text('name') === text('id') ? '' : text('name'), status: text('status') }),
    [
      ...(text('tenant_id') === '' ? [] : [`of ${text('tenant_id')}`]),
      ...(expires === '' ? [] : [`expires ${expires.slice(0, 10)}`]),
      ...(owner === '' ? [] : [`key of ${owner}`]),
      ...(text('details') === '' ? [] : [text('details')]),
    ].join('; '),
  ];
}

const ofOthers: NonNullable<TableOptions['shrink']> = [
  { column: 2, to: 0 },
  { column: 1, to: 16 },
];

const shrinks: Readonly<Record<string, NonNullable<TableOptions['shrink']>>> = {
  users: [
    { column: 1, to: 16 },
    { column: 2, to: 0 },
  ],
  tenants: [
    { column: 2, to: 0 },
    { column: 1, to: 16 },
  ],
  roles: [{ column: 1, to: 0 }],
  permissions: [],
};
