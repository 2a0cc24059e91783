import { type ComponentChildren, render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { PrintingContext, type Report, ReportContext, useReport } from './context.ts';
import { analyse } from './data/analysis.ts';
import { findingsOf } from './data/findings.ts';
import { isRead, showsKeys } from './data/keys.ts';
import type { Project } from './data/project.ts';
import { moment } from './format.ts';
import { type Kind, kinds, type Route, toHash, useRoute } from './route.ts';
import { About } from './views/about.tsx';
import { AppsView } from './views/apps.tsx';
import { ChangesView } from './views/changes.tsx';
import { ConsoleView } from './views/console.tsx';
import { Explorer, PrintedList } from './views/explorer.tsx';
import { Findings } from './views/findings.tsx';
import { KeysView } from './views/keys.tsx';
import { Name } from './views/names.tsx';
import { NextLoginView } from './views/next-login.tsx';
import { Overview } from './views/overview.tsx';
import { ReviewForm, setPageFooter } from './views/review-form.tsx';
import { ThemeButton } from './views/theme.tsx';
import { TimelineView } from './views/timeline.tsx';

/** Draws the whole page. While it is printed it is drawn otherwise: all parts, one after the other. */
export function showReport(project: Project, root: HTMLElement): void {
  const analysis = analyse(project);
  const findings = findingsOf(project);
  const draw = (printing: boolean): void => render(<App report={{ project, analysis, findings, printing }} />, root);
  root.replaceChildren();
  setPageFooter(project);
  draw(false);
  addEventListener('beforeprint', () => draw(true));
  addEventListener('afterprint', () => draw(false));
}

const titles: Readonly<Record<string, string>> = {
  overview: 'Overview',
  findings: 'Findings',
  people: 'People',
  tenants: 'Tenants',
  roles: 'Roles',
  permissions: 'Permissions',
  keys: 'Keys',
  apps: 'Apps',
  console: 'Console',
  'next-login': 'Next login',
  changes: 'Changes',
  timeline: 'Timeline',
  about: 'About',
};

function App({ report }: { readonly report: Report }) {
  const route = useRoute();
  const { about } = report.project;
  const page =
    titles[route[0] ?? ''] === undefined || (route[0] === 'changes' && about.since === undefined)
      ? 'overview'
      : (route[0] ?? 'overview');
  // A part that the file cannot fill has no tab; a link to it still leads to the sentence that says so.
  const pages = Object.keys(titles).filter((name) => name === page || isFilled(report.project, name));
  useShortcuts();
  useEffect(() => {
    scrollTo(0, 0);
    // On a telephone the tabs do not all fit: the one that is open has to be in sight.
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [page]);
  useEffect(() => {
    document.title = `${titles[page] ?? ''} · who can do what in ${about.summary.projectId ?? about.file}`;
  }, [page]);

  return (
    <ReportContext.Provider value={report}>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <header class="top">
        <div class="top-inner">
          <div class="title">
            <h1>Who can do what, and where</h1>
            <p>
              Descope project{' '}
              <code>
                <Name text={about.summary.projectId ?? '(unnamed)'} />
              </code>{' '}
              <span class="dot">·</span> read {moment(about.summary.finishedAt)}
            </p>
          </div>
          <ThemeButton />
        </div>
        <nav class="tabs" aria-label="Parts of the report">
          {pages.map((name) => (
            <a key={name} href={toHash(name)} aria-current={name === page ? 'page' : undefined}>
              {titles[name]}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <PrintingContext.Provider value={report.printing}>
          {report.printing ? <Printed /> : <Page page={page} route={route} />}
        </PrintingContext.Provider>
      </main>
      <footer>
        baton-descope {about.madeBy} <span class="dot">·</span> <Name text={about.file} /> <span class="dot">·</span>{' '}
        holds personal data
      </footer>
    </ReportContext.Provider>
  );
}

/** Whether the file tells anything that the part shows. */
function isFilled(project: Project, page: string): boolean {
  switch (page) {
    case 'changes':
      return project.about.since !== undefined;
    case 'timeline':
      return project.timeline !== undefined;
    case 'keys':
      return showsKeys(project, 'access_key') || showsKeys(project, 'management_key');
    case 'apps':
      return isRead(project, 'application') || isRead(project, 'third_party_app');
    case 'console':
      return isRead(project, 'project');
    default:
      return true;
  }
}

function Page({ page, route }: { readonly page: string; readonly route: Route }) {
  if (isKind(page)) {
    return <Explorer key={page} kind={page} route={route} />;
  }
  switch (page) {
    case 'findings':
      return <Findings route={route} />;
    case 'keys':
      return <KeysView key={route[1]} route={route} />;
    case 'apps':
      return <AppsView route={route} />;
    case 'console':
      return <ConsoleView key={route[1]} route={route} />;
    case 'next-login':
      return <NextLoginView />;
    case 'changes':
      return <ChangesView />;
    case 'timeline':
      return <TimelineView key={route[1]} route={route} />;
    case 'about':
      return <About />;
    default:
      return <Overview />;
  }
}

/** Everything on paper, one part after the other, with a place to sign on the first page. */
function Printed() {
  const { project } = useReport();
  return (
    <>
      <ReviewForm />
      <Overview />
      {isFilled(project, 'changes') && (
        <PrintedPart name="changes">
          <ChangesView />
        </PrintedPart>
      )}
      {isFilled(project, 'timeline') && (
        <PrintedPart name="timeline">
          <TimelineView route={[]} />
        </PrintedPart>
      )}
      <PrintedPart name="findings">
        <Findings route={[]} />
      </PrintedPart>
      <PrintedPart name="next-login">
        <NextLoginView />
      </PrintedPart>
      {kinds.map((kind) => (
        <PrintedPart key={kind} name={kind}>
          <PrintedList kind={kind} />
        </PrintedPart>
      ))}
      {(
        [
          ['keys', KeysView],
          ['apps', AppsView],
          ['console', ConsoleView],
        ] as const
      )
        .filter(([name]) => isFilled(project, name))
        .map(([name, View]) => (
          <PrintedPart key={name} name={name}>
            <View route={[]} />
          </PrintedPart>
        ))}
      <PrintedPart name="about">
        <About />
      </PrintedPart>
    </>
  );
}

function PrintedPart({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="print-part">
      <h2 class="print-title">{titles[name]}</h2>
      {children}
    </div>
  );
}

function isKind(page: string): page is Kind {
  return (kinds as readonly string[]).includes(page);
}

/** The skip link's "#main" would be taken for a part of the report. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}

/** "/" goes to the search; on a page without one, to the people. */
function useShortcuts(): void {
  const [, setTimes] = useState(0);
  const listener = useMemo(
    () => (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        const search = document.querySelector<HTMLInputElement>('input[type=search]');
        if (search === null) {
          location.hash = toHash('people');
          setTimes((times) => times + 1);
          setTimeout(() => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(), 50);
        } else {
          search.focus();
        }
      }
    },
    [],
  );
  useEffect(() => {
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [listener]);
}
