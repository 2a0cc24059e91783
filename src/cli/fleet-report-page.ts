import { severities } from '../checks/rule.ts';
import type { CrossFinding, CrossRule } from '../fleet/cross-check.ts';
import { printable } from '../printable.ts';
import type { FleetOverview, OverviewRow } from './fleet-overview.ts';
import { unknownLines } from './fleet-standing.ts';
import { counted } from './table.ts';
import { ago } from './text.ts';

/** By which a page of ours is known. */
export const madeByUs = '<meta name="generator" content="baton-descope fleet report">';

/** Of each rule between projects. */
const mostShown = 200;

/** The page of a fleet: plain HTML that loads nothing and runs nothing. */
export function fleetPage({ rows, rules, findings, people }: FleetOverview, nowMs: number): string {
  const unknown = unknownLines(
    rows.map(({ standing }) => standing),
    nowMs,
  );
  const time = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${madeByUs}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Access in ${counted(rows.length, 'project')}</title>
<style>${style}</style>
</head>
<body>
<h1>Access in ${counted(rows.length, 'project')}</h1>
<p>Made ${time} UTC. ${peopleInWords(people)}</p>
${unknownHtml(unknown)}
<h2>Projects</h2>
<table>
<thead><tr>${headers.map((header) => `<th>${header}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => rowHtml(row, nowMs)).join('\n')}
</tbody>
</table>
<h2>Between projects</h2>
${rules.map((rule) => ruleHtml(rule, findings)).join('\n')}
</body>
</html>
`;
}

const headers = ['project', 'labels', 'synced', 'users', 'tenants', ...severities];

function peopleInWords({ all, inSeveral }: FleetOverview['people']): string {
  const addresses = `${all.toLocaleString('en')} verified ${all === 1 ? 'address' : 'addresses'}`;
  return `${addresses}, ${inSeveral.toLocaleString('en')} of them in several projects.`;
}

function unknownHtml(unknown: readonly string[]): string {
  const items = unknown.map((line) => `<li>${safe(line)}</li>`);
  return items.length === 0
    ? ''
    : `<section class="unknown"><h2>What is not known</h2><ul>${items.join('')}</ul></section>`;
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; }
td.number, th:nth-child(n+4) { text-align: right; font-variant-numeric: tabular-nums; }
tr.old td:nth-child(3), .unknown { color: #b45309; }
tr.none td { color: #b91c1c; }
.bad { color: #b91c1c; font-weight: 600; }
`;

function rowHtml({ standing, users, tenants, findings, page }: OverviewRow, nowMs: number): string {
  const { project, state, finishedMs } = standing;
  const name = safe(project.name);
  const labels = Object.entries(project.labels).map(([label, value]) => `${label}=${value}`);
  const number = (count: number | undefined, isBad = false): string =>
    `<td class="number${isBad && (count ?? 0) > 0 ? ' bad' : ''}">${count === undefined ? '?' : count.toLocaleString('en')}</td>`;
  const synced =
    state === 'never'
      ? 'never'
      : finishedMs === undefined
        ? 'not known'
        : `${ago(nowMs - finishedMs)}${state === 'old' ? ' (old)' : ''}`;
  return [
    `<tr class="${state === 'read' ? '' : state === 'old' ? 'old' : 'none'}">`,
    `<td>${page === undefined ? name : `<a href="${safe(encodeURI(page))}">${name}</a>`}</td>`,
    `<td>${safe(labels.join(', '))}</td><td>${safe(synced)}</td>`,
    number(users),
    number(tenants),
    ...severities.map((one) => number(findings?.[one], one === 'critical' || one === 'high')),
    '</tr>',
  ].join('');
}

function ruleHtml({ id, title, fix, severity, notEvaluated }: CrossRule, findings: readonly CrossFinding[]): string {
  const found = findings.filter(({ rule }) => rule === id);
  const items = found.slice(0, mostShown).map(({ subject, detail }) => `<li>${safe(subject.id)} ${safe(detail)}</li>`);
  const more = found.length > mostShown ? `<li>and ${(found.length - mostShown).toLocaleString('en')} more</li>` : '';
  return [
    `<h3>${safe(title)} (${severity})</h3>`,
    notEvaluated === undefined ? '' : `<p class="unknown">Not evaluated for all, since ${safe(notEvaluated)}.</p>`,
    found.length === 0
      ? notEvaluated === undefined
        ? '<p>None.</p>'
        : ''
      : `<p>${safe(fix)}</p><ul>${items.join('')}${more}</ul>`,
  ].join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function safe(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
