import { useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import type { RuleFindings } from '../data/findings.ts';
import { counted, number } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { findingColumns, hrefOf, type ShownFinding, waivedColumns } from './finding-columns.tsx';
import { Grid } from './grid.tsx';
import { Badge, Name } from './names.tsx';

type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';

const tones: Readonly<Record<string, Tone>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  low: 'info',
  info: 'info',
};

/** Where the findings that somebody accepted are shown, rule by rule. */
const waivedId = 'waived';

function SeverityBadge({
  finding: { severity, notEvaluated, rows, counted: count },
}: {
  readonly finding: RuleFindings;
}) {
  if (notEvaluated !== undefined) {
    return <Badge tone="quiet">Not evaluated</Badge>;
  }
  if (count === 0) {
    return rows.length > 0 ? <Badge tone="quiet">Waived</Badge> : <Badge tone="good">Nothing</Badge>;
  }
  return <Badge tone={tones[severity] ?? 'quiet'}>{severity}</Badge>;
}

function List({
  findings,
  current,
}: {
  readonly findings: readonly RuleFindings[];
  readonly current?: string | undefined;
}) {
  return (
    <ul class="finding-list">
      {findings.map((finding) => (
        <li key={finding.id}>
          <a
            href={toHash('findings', finding.id)}
            class="finding-link"
            aria-current={finding.id === current ? 'true' : undefined}
          >
            <SeverityBadge finding={finding} />
            <span class="finding-title">
              <Name text={finding.title} />
            </span>
            <span class="finding-count">{finding.notEvaluated === undefined ? number(finding.counted) : '?'}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

const noRules = 'This page was made without the rules of “check”, so it tells of no findings. Make the report again.';

/** On the first page so many rules are named; the others are one step away. */
const mostFirst = 14;

/** What the first rules found, a link each, and how many found nothing or could not be evaluated. */
export function FoundList() {
  const { findings } = useReport();
  const { found, untold, passed } = partsOf(findings);
  return (
    <>
      {found.length > 0 && <List findings={found.slice(0, mostFirst)} />}
      <p class="note">
        {findings.length === 0
          ? noRules
          : `${found.length > mostFirst ? `${number(found.length - mostFirst)} more rules found something. ` : ''}Of ${counted(findings.length, 'rule')} ${number(passed.length)} found nothing, and ${number(untold.length)} could not be evaluated. `}
        {findings.length > 0 && <a href={toHash('findings')}>See all rules</a>}
      </p>
    </>
  );
}

function partsOf(findings: readonly RuleFindings[]) {
  return {
    found: findings.filter(({ rows, notEvaluated }) => notEvaluated === undefined && rows.length > 0),
    untold: findings.filter(({ notEvaluated }) => notEvaluated !== undefined),
    passed: findings.filter(({ rows, notEvaluated }) => notEvaluated === undefined && rows.length === 0),
  };
}

export function Findings({ route }: { readonly route: Route }) {
  const { findings, printing } = useReport();
  const { found, untold, passed } = partsOf(findings);
  const waived = findings.reduce((sum, { rows, counted: count }) => sum + rows.length - count, 0);
  const chosen = findings.find(({ id }) => id === route[1]) ?? (route[1] === waivedId ? undefined : findings[0]);
  if (findings.length === 0) {
    return <p class="note">{noRules}</p>;
  }
  if (printing) {
    return (
      <>
        {found.map((finding) => (
          <FindingPanel key={finding.id} finding={finding} />
        ))}
        {waived > 0 && <WaivedPanel />}
        <Others title="Not evaluated: nothing can be said of these" findings={untold} />
        <Others title="Evaluated, and nothing found" findings={passed} />
      </>
    );
  }
  return (
    <div class="split narrow-left">
      <nav aria-label="Findings" class="finding-nav">
        {found.length === 0 ? (
          <p class="clear">No rule found anything.</p>
        ) : (
          <List findings={found} current={chosen?.id} />
        )}
        {waived > 0 && (
          <ul class="finding-list">
            <li>
              <a
                href={toHash('findings', waivedId)}
                class="finding-link"
                aria-current={chosen === undefined ? 'true' : undefined}
              >
                <Badge tone="quiet">Waived</Badge>
                <span class="finding-title">What somebody accepted for a while</span>
                <span class="finding-count">{number(waived)}</span>
              </a>
            </li>
          </ul>
        )}
        <Folded word="not evaluated" findings={untold} current={chosen?.id} />
        <Folded word="found nothing" findings={passed} current={chosen?.id} />
      </nav>
      {chosen === undefined ? <WaivedPanel /> : <FindingPanel key={chosen.id} finding={chosen} />}
    </div>
  );
}

function Folded({
  word,
  findings,
  current,
}: {
  readonly word: string;
  readonly findings: readonly RuleFindings[];
  readonly current: string | undefined;
}) {
  return findings.length === 0 ? null : (
    <details class="finding-rest" open={findings.some(({ id }) => id === current)}>
      <summary>
        {counted(findings.length, 'rule')} {word}
      </summary>
      <List findings={findings} current={current} />
    </details>
  );
}

/** On paper, rules without rows are lines. */
function Others({ title, findings }: { readonly title: string; readonly findings: readonly RuleFindings[] }) {
  return findings.length === 0 ? null : (
    <section class="panel">
      <h2>{title}</h2>
      <ul>
        {findings.map(({ id, title: name, notEvaluated }) => (
          <li key={id}>
            <Name text={name} /> (<code>{id}</code>)
            {notEvaluated !== undefined && (
              <>
                : <Name text={notEvaluated} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function FindingPanel({ finding }: { readonly finding: RuleFindings }) {
  const report = useReport();
  const { id, title, why, fix, controls, notEvaluated, rows } = finding;
  const shown = useMemo(() => rows.map((row): ShownFinding => ({ row, rule: finding })), [finding]);
  const columns = useMemo(() => findingColumns(report, shown), [shown, report.project]);
  return (
    <section class="panel" aria-labelledby={`finding-${id}`}>
      <header class="panel-head">
        <h2 id={`finding-${id}`}>
          <Name text={title} />
        </h2>
        <SeverityBadge finding={finding} />
      </header>
      <p class="rule">
        <Name text={why} /> <strong>How to mend it.</strong> <Name text={fix} />
      </p>
      <p class="rule">
        Rule <code>{id}</code>
        {controls.length > 0 && (
          <>. It helps with {controls.join('; ')}; that it finds nothing does not mean that one of them is met.</>
        )}
      </p>
      {notEvaluated === undefined ? null : (
        <p class="clear">
          Not evaluated, since <Name text={notEvaluated} />. That is no “passed”.
        </p>
      )}
      {notEvaluated === undefined && rows.length === 0 && <p class="clear">Nothing was found.</p>}
      {rows.length > 0 && (
        <Grid
          label={title}
          noun={['finding', 'findings']}
          columns={columns}
          count={rows.length}
          href={(row) => hrefOf(report, shown[row])}
          tall
        />
      )}
    </section>
  );
}

/** What somebody accepted for a while, of all rules: who answers for it, and until when. */
function WaivedPanel() {
  const report = useReport();
  const { findings } = report;
  const shown = useMemo(
    () => findings.flatMap((rule) => rule.rows.slice(rule.counted).map((row): ShownFinding => ({ row, rule }))),
    [findings],
  );
  const columns = useMemo(() => waivedColumns(report, shown), [shown, report.project]);
  return (
    <section class="panel" aria-labelledby="finding-waived">
      <header class="panel-head">
        <h2 id="finding-waived">What somebody accepted for a while</h2>
        <Badge tone="quiet">Waived</Badge>
      </header>
      <p class="rule">
        The policy accepts these findings until the day that is named; the owner answers for each. They are counted
        under no rule.
      </p>
      <Grid
        label="Waived findings"
        noun={['finding', 'findings']}
        columns={columns}
        count={shown.length}
        href={(row) => hrefOf(report, shown[row])}
        tall
      />
    </section>
  );
}
