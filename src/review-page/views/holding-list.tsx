import { useContext, useMemo, useState } from 'preact/hooks';
import { PrintingContext } from '../../report-page/context.ts';
import { fold } from '../../report-page/data/search.ts';
import { toHash } from '../../report-page/route.ts';
import { Grid } from '../../report-page/views/grid.tsx';
import type { GridColumn } from '../../report-page/views/grid-layout.ts';
import { Badge, Name, ThingName } from '../../report-page/views/names.tsx';
import type { Decision } from '../../review/format.ts';
import { type Review, useReview } from '../context.ts';
import { nameOf } from '../data/holdings.ts';
import { decisionKeys, decisionNames } from '../data/words.ts';
import { BulkTools } from './bulk-tools.tsx';
import { DecisionButtons } from './decision-buttons.tsx';
import { FindingBadges, statusBadge } from './finding-badges.tsx';
import { askReason } from './reason.ts';

const choices = {
  decide: 'To decide',
  open: 'Still open',
  keep: 'Keep',
  revoke: 'Revoke',
  question: 'Question',
  withoutReason: 'Revoke without a reason',
  findings: 'With findings',
  powerful: 'Powerful roles',
  shown: 'Not decided here',
  all: 'All',
} as const;
type Choice = keyof typeof choices;

/** From this width on the chosen holding stands beside the list, as in page.css. */
const splitWidth = 980;

/** Every holding of the review, with what was decided of it. */
export function HoldingList({ open }: { readonly open: number | undefined }) {
  const review = useReview();
  const { holdings, store, announce } = review;
  const printing = useContext(PrintingContext);
  const [choice, setChoice] = useState<Choice>('decide');
  const columns = useMemo(() => columnsOf(review), [review]);
  const filter = useMemo(
    () => Uint8Array.from({ length: holdings.total }, (_, row) => Number(isChosen(review, choice, row))),
    [review, choice, isLive(choice) ? store.version() : 0],
  );

  function onKey(row: number, key: string): 'stay' | 'next' | undefined {
    const word = Object.hasOwn(decisionKeys, key.toLowerCase()) ? decisionKeys[key.toLowerCase()] : undefined;
    if (word === undefined) {
      return undefined;
    }
    const decision = word === 'open' ? undefined : word;
    decideOne(review, row, decision);
    // A row that the choice leaves out goes away, and the one below takes its place.
    return !isChosen(review, choice, row) || !holdings.isDecidable(row) || decision === 'revoke' ? 'stay' : 'next';
  }

  return (
    <section class="block holdings" aria-label="Holdings">
      {printing && <h2 class="print-title">Holdings</h2>}
      <Grid
        label="Holdings of the review"
        noun={['holding', 'holdings']}
        columns={columns}
        isCompact={open !== undefined && innerWidth > splitWidth}
        count={holdings.total}
        filter={printing ? undefined : filter}
        href={(row) => toHash('holding', String(row))}
        isSelected={(row) => row === open}
        onKey={onKey}
        empty="There are no holdings."
        tall
        tools={
          <>
            <select
              aria-label="Which holdings"
              value={choice}
              onChange={(event) => setChoice(event.currentTarget.value as Choice)}
            >
              {Object.entries(choices).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </>
        }
        below={(rows) => <BulkTools rows={rows} announce={announce} />}
      />
      {!printing && (
        <p class="note keys">
          In the list: arrows move, <kbd>K</kbd> keeps, <kbd>R</kbd> revokes, <kbd>Q</kbd> questions, <kbd>U</kbd> opens
          it again, <kbd>Enter</kbd> shows all about it.
        </p>
      )}
    </section>
  );
}

/** Decides of one holding, says so, and asks why where that must be said. */
export function decideOne(review: Review, row: number, decision: Decision | undefined): void {
  const { holdings, store, announce } = review;
  if (!holdings.isDecidable(row)) {
    announce('This follows from something else, and is not decided here.');
    return;
  }
  store.decide([row], decision);
  const { principal, thing } = holdings.at(row);
  announce(
    `${nameOf(principal)}, ${thing.held}: ${decision === undefined ? 'open again' : decisionNames[decision].toLowerCase()}.`,
  );
  if (decision === 'revoke' && store.of(row).reason === '') {
    location.hash = toHash('holding', String(row));
    askReason();
  }
}

function isLive(choice: Choice): boolean {
  return ['open', 'keep', 'revoke', 'question', 'withoutReason'].includes(choice);
}

function isChosen({ holdings, store }: Review, choice: Choice, row: number): boolean {
  const isDecidable = holdings.isDecidable(row);
  switch (choice) {
    case 'all':
      return true;
    case 'shown':
      return !isDecidable;
    case 'decide':
      return isDecidable;
    case 'findings':
      return holdings.at(row).findings.length > 0;
    case 'powerful':
      return holdings.at(row).thing.risk !== '';
    case 'open':
      return isDecidable && store.of(row).decision === undefined;
    case 'withoutReason':
      return isDecidable && store.of(row).decision === 'revoke' && store.of(row).reason === '';
    default:
      return isDecidable && store.of(row).decision === choice;
  }
}

function columnsOf(review: Review): readonly GridColumn[] {
  const { holdings, store } = review;
  const { at, isDecidable } = holdings;
  const marks = (row: number): string[] => {
    const { type, login, id } = at(row).principal;
    return [...(login === '' ? [] : [login]), type === 'user' ? id : `${type.replaceAll('_', ' ')} ${id}`];
  };
  const wordOf = (row: number): string => {
    const { decision } = isDecidable(row) ? store.of(row) : { decision: undefined };
    return decision === undefined ? (isDecidable(row) ? '' : 'not decided here') : decisionNames[decision];
  };
  const reasonOf = (row: number): string => (isDecidable(row) ? store.of(row).reason : at(row).note);
  return [
    {
      id: 'who',
      header: 'Who',
      width: '3fr',
      least: 170,
      isPerson: true,
      cell: (row) => (
        <ThingName name={nameOf(at(row).principal)} marks={marks(row)} href={toHash('holding', String(row))} />
      ),
      key: (row) => fold(nameOf(at(row).principal)),
      text: (row) => nameOf(at(row).principal),
      searched: (row) => [nameOf(at(row).principal), ...marks(row), at(row).principal.email].join(' '),
      alsoExported: [
        { header: 'Type', text: (row) => at(row).principal.type },
        { header: 'Id', text: (row) => at(row).principal.id },
        { header: 'Login', text: (row) => at(row).principal.login },
      ],
    },
    {
      id: 'held',
      header: 'Holds',
      width: '2.4fr',
      least: 120,
      cell: (row) => <Name text={at(row).thing.held} />,
      key: (row) => fold(at(row).thing.held),
      text: (row) => at(row).thing.held,
      alsoExported: [{ header: 'Entitlement', text: (row) => at(row).thing.entitlement }],
    },
    {
      id: 'decision',
      header: 'Decision',
      width: '2fr',
      least: 218,
      isLive: true,
      cell: (row) => <DecisionCell row={row} review={review} />,
      key: wordOf,
      text: wordOf,
    },
    {
      id: 'reason',
      header: 'Reason or source',
      width: '2fr',
      isOptional: true,
      isLive: true,
      cell: (row) => (reasonOf(row) === '' ? null : <Name text={reasonOf(row)} />),
      key: (row) => fold(reasonOf(row)),
      text: reasonOf,
    },
    {
      id: 'status',
      header: 'Status',
      width: '1fr',
      least: 90,
      isOptional: true,
      cell: (row) => statusBadge(at(row).principal.status),
      key: (row) => at(row).principal.status,
      text: (row) => at(row).principal.status,
    },
    {
      id: 'risk',
      header: 'Findings',
      width: '2fr',
      isOptional: true,
      cell: (row) => <FindingBadges row={row} />,
      key: (row) => -at(row).findings.length - Number(at(row).thing.risk !== ''),
      text: (row) =>
        [at(row).thing.risk, ...at(row).findings.map(({ rule }) => holdings.data.rules[rule]?.title ?? '')]
          .filter((text) => text !== '')
          .join('; '),
    },
  ];
}

function DecisionCell({ row, review }: { readonly row: number; readonly review: Review }) {
  const { holdings, store } = review;
  const printing = useContext(PrintingContext);
  if (!holdings.isDecidable(row)) {
    return <Badge tone="quiet">not decided here</Badge>;
  }
  const { decision, reason } = store.of(row);
  if (printing) {
    return <>{decision === undefined ? 'open' : decisionNames[decision]}</>;
  }
  return (
    <>
      <DecisionButtons chosen={decision} inGrid onChoose={(word) => decideOne(review, row, word)} />
      {decision === 'revoke' && reason === '' && <span class="needs"> why?</span>}
    </>
  );
}
