import { toHash } from '../../report-page/route.ts';
import { DetailHead, Facts, Part } from '../../report-page/views/detail-parts.tsx';
import { Badge, Name } from '../../report-page/views/names.tsx';
import { longestReason } from '../../review/format.ts';
import { useReview } from '../context.ts';
import { nameOf } from '../data/holdings.ts';
import { decisionNames } from '../data/words.ts';
import { DecisionButtons } from './decision-buttons.tsx';
import { statusBadge, toneOf } from './finding-badges.tsx';
import { decideOne } from './holding-list.tsx';
import { toList } from './reason.ts';

/** So many other holdings of one holder are named. */
const mostOthers = 50;

/** All about one holding, and the place for its reason. */
export function Detail({ row }: { readonly row: number }) {
  const review = useReview();
  const { holdings, store } = review;
  const { principal, thing, note, findings } = holdings.at(row);
  const isDecidable = holdings.isDecidable(row);
  const { decision, reason } = isDecidable ? store.of(row) : { decision: undefined, reason: '' };
  const others = holdings.othersOf(row);
  return (
    <aside class="panel detail" aria-label="The chosen holding">
      <a class="close" href="#/" aria-label="Close" onClick={() => setTimeout(toList, 0)}>
        ×
      </a>
      <DetailHead what={thing.held} name={nameOf(principal)}>
        {statusBadge(principal.status)}
        {thing.risk !== '' && (
          <Badge tone="bad">
            <Name text={thing.risk} />
          </Badge>
        )}
      </DetailHead>
      {isDecidable ? (
        <div class="decide">
          <DecisionButtons chosen={decision} onChoose={(word) => decideOne(review, row, word)} />
          <label for="reason">Reason{decision === 'revoke' ? ' (needed)' : ''}</label>
          <input
            id="reason"
            type="text"
            maxLength={longestReason}
            value={reason}
            aria-required={decision === 'revoke'}
            disabled={decision === undefined}
            placeholder={decision === undefined ? 'Decide first' : ''}
            onInput={(event) => store.setReason(row, event.currentTarget.value)}
            onBlur={(event) => store.setReason(row, event.currentTarget.value.trim())}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === 'Escape') {
                event.preventDefault();
                toList();
              }
            }}
          />
        </div>
      ) : (
        <p class="proof info">
          <strong>Not decided here:</strong> <Name text={note} />
        </p>
      )}
      <Facts
        facts={[
          ['Login', <Name text={principal.login} />],
          ['Email', principal.email === principal.login ? '' : <Name text={principal.email} />],
          [principal.type === 'user' ? 'User id' : principal.type.replaceAll('_', ' '), <Name text={principal.id} />],
          [
            'Tenant',
            thing.tenantId === '' ? 'the whole project' : <Name text={`${thing.tenant} (${thing.tenantId})`} />,
          ],
          [
            'Entitlement',
            <code>
              <Name text={thing.entitlement} />
            </code>,
          ],
          ['Permissions', thing.permissions === '' ? '' : <Name text={thing.permissions} />],
          ['Note', isDecidable && note !== '' ? <Name text={note} /> : ''],
        ]}
      />
      {findings.length > 0 && (
        <Part title="What check found of the holder">
          <ul class="sentences">
            {findings.map(({ rule, detail, tenantId }) => (
              <li key={`${rule} ${tenantId} ${detail}`}>
                <Badge tone={toneOf(holdings.data.rules[rule]?.severity ?? '')}>
                  {holdings.data.rules[rule]?.severity}
                </Badge>{' '}
                <Name text={`${holdings.data.rules[rule]?.title ?? ''}${detail === '' ? '' : `: ${detail}`}`} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {others.length > 0 && (
        <Part title={`Other holdings in this review (${others.length})`}>
          <ul class="sentences">
            {others.slice(0, mostOthers).map((other) => (
              <li key={other}>
                <a href={toHash('holding', String(other))}>
                  <Name text={holdings.at(other).thing.held} />
                </a>
                {wordFor(other)}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </aside>
  );

  function wordFor(other: number): string {
    if (!holdings.isDecidable(other)) {
      return ' · not decided here';
    }
    const word = store.of(other).decision;
    return word === undefined ? '' : ` · ${decisionNames[word].toLowerCase()}`;
  }
}
