import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { PrintingContext } from '../report-page/context.ts';
import { useRoute } from '../report-page/route.ts';
import { Name } from '../report-page/views/names.tsx';
import { pageFooter } from '../report-page/views/review-form.tsx';
import { ThemeButton } from '../report-page/views/theme.tsx';
import { type ReviewData, scopeInWords } from '../review/format.ts';
import { type Review, ReviewContext } from './context.ts';
import { createDecisions } from './data/decisions.ts';
import { createHoldings } from './data/holdings.ts';
import { keepDecisions } from './data/keeper.ts';
import { Cover } from './views/cover.tsx';
import { Detail } from './views/detail.tsx';
import { FileTools } from './views/file-tools.tsx';
import { HoldingList } from './views/holding-list.tsx';
import { Progress } from './views/progress.tsx';

/** Decisions are put away this long after one was made, and when the page is left. */
const keptAfterMs = 200;

/** Draws the page, and keeps what is decided in it. */
export function showReview(data: ReviewData, root: HTMLElement): void {
  const holdings = createHoldings(data);
  const store = createDecisions(holdings.count, () => Date.now());
  let told: (text: string) => void = () => undefined;
  const draw = (printing: boolean): void =>
    render(<App review={review} printing={printing} onAnnounce={(tell) => (told = tell)} />, root);
  const keeper = keepDecisions(store, data.review, {
    storage: () => localStorage,
    later: (work) => void setTimeout(work, keptAfterMs),
    onProblem: () => draw(false),
  });
  const review: Review = { holdings, store, keeper, announce: (text) => told(text) };
  root.replaceChildren();
  pageFooter(`${data.about.projectId} · ${data.review}`);
  draw(false);
  addEventListener('beforeprint', () => draw(true));
  addEventListener('afterprint', () => draw(false));
  addEventListener('pagehide', () => keeper.flush());
  addEventListener('visibilitychange', () => keeper.flush());
  addEventListener('beforeunload', (event) => {
    keeper.flush();
    if (keeper.problem() !== '' && store.version() > 0) {
      event.preventDefault();
    }
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `baton-descope-review:${data.review}` && newValue !== null && store.unpack(newValue)) {
      review.announce('The decisions were changed in another window, and are shown as they are there.');
    }
  });
}

function App({
  review,
  printing,
  onAnnounce,
}: {
  readonly review: Review;
  readonly printing: boolean;
  readonly onAnnounce: (tell: (text: string) => void) => void;
}) {
  const { holdings, keeper } = review;
  const { about } = holdings.data;
  const [said, setSaid] = useState('');
  useMemo(() => onAnnounce(setSaid), []);
  const route = useRoute();
  const open = rowIn(route, holdings.total);
  useEffect(() => {
    document.title = `Access review · ${scopeInWords(about.scope)}`;
  }, []);
  return (
    <ReviewContext.Provider value={review}>
      <PrintingContext.Provider value={printing}>
        <a class="skip" href="#main" onClick={skipToList}>
          Skip to the holdings
        </a>
        <header class="top">
          <div class="top-inner">
            <div class="title">
              <h1>
                Access review: <Name text={scopeInWords(about.scope)} />
              </h1>
              <p>
                Descope project{' '}
                <code>
                  <Name text={about.projectId} />
                </code>
              </p>
            </div>
            <ThemeButton />
          </div>
        </header>
        <main id="main" tabIndex={-1}>
          {keeper.problem() !== '' && (
            <p class="proof warn" role="alert">
              <strong>{keeper.problem()}</strong> Save them to a file before you leave this page.
            </p>
          )}
          <Cover />
          <Progress />
          <FileTools />
          <p class="announced" role="status">
            {said}
          </p>
          <div class={open === undefined ? '' : 'split list-and-detail'}>
            <HoldingList open={open} />
            {open !== undefined && !printing && <Detail key={open} row={open} />}
          </div>
        </main>
        <footer>
          baton-descope {about.madeBy} <span class="dot">·</span> {holdings.data.review} <span class="dot">·</span>{' '}
          holds personal data
        </footer>
      </PrintingContext.Provider>
    </ReviewContext.Provider>
  );
}

/** The row that an address names; undefined for any other address. */
function rowIn([page, text = '']: readonly string[], total: number): number | undefined {
  const row = Number(text);
  return page === 'holding' && text !== '' && Number.isInteger(row) && row >= 0 && row < total ? row : undefined;
}

function skipToList(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('.grid')?.focus();
}
