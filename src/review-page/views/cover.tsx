import { useContext } from 'preact/hooks';
import { PrintingContext } from '../../report-page/context.ts';
import { counted, moment, number } from '../../report-page/format.ts';
import { Facts } from '../../report-page/views/detail-parts.tsx';
import { Name } from '../../report-page/views/names.tsx';
import { scopeInWords } from '../../review/format.ts';
import { useReview } from '../context.ts';

/** What is reviewed, by whom, from what, and how complete that was; on paper with a place to sign. */
export function Cover() {
  const { about, unread, review } = useReview().holdings.data;
  const { sync, shown } = about;
  const printing = useContext(PrintingContext);
  const isProved = sync.proof === 'stable' || sync.proof === 'overlap';
  return (
    <section class="panel cover" aria-label="What is reviewed">
      <p class={isProved ? 'proof good' : 'proof warn'}>
        <strong>
          {isProved
            ? 'Made from a sync that read everything, and proved it.'
            : 'Made from a file that does not prove that nobody is missing.'}
        </strong>{' '}
        {counted(sync.users, 'user')} of the project, read {moment(sync.finishedAt)}.
      </p>
      <Facts
        facts={[
          ['Scope', <Name text={scopeInWords(about.scope)} />],
          ['Reviewer', <Name text={about.reviewer} />],
          ['Due', about.due ?? ''],
          ['Made', moment(about.madeAt)],
          ['From the file', <Name text={sync.file} />],
          ['To decide', number(about.rows)],
          ['Shown besides', shown.count === 0 ? '' : `${number(shown.count)}, which follow from something else`],
          [
            'Content hash of the sync',
            <code>
              <Name text={sync.contentHash === '' ? 'the file has none' : sync.contentHash} />
            </code>,
          ],
          ['Hash of this review', <code>{review}</code>],
        ]}
      />
      {unread.length > 0 && (
        <details class="limits" open={printing}>
          <summary>What this review rests on, and does not show</summary>
          <ul class="sentences">
            {unread.map((sentence) => (
              <li key={sentence}>
                <Name text={sentence} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {printing && (
        <dl class="sign">
          {['Reviewer', 'Date', 'Signature', 'Remarks'].map((what) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd />
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
