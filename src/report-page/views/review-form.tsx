import { useReport } from '../context.ts';
import type { Project } from '../data/project.ts';
import { moment } from '../format.ts';
import { Facts } from './detail-parts.tsx';
import { Name } from './names.tsx';

/** The head of a printed report: what it was made from, and where the reviewer signs. */
export function ReviewForm() {
  const { about } = useReport().project;
  const { summary } = about;
  return (
    <section class="review">
      <Facts
        facts={[
          [
            'Descope project',
            <code>
              <Name text={summary.projectId ?? 'the file does not say'} />
            </code>,
          ],
          ['Made from', <Name text={about.file} />],
          ['Read', moment(summary.finishedAt)],
          ['Compared with', about.since === undefined ? '' : <Name text={about.since.file} />],
          [
            'Content hash',
            <code>
              <Name text={hashOf(about)} />
            </code>,
          ],
          ['Printed', moment(new Date().toISOString())],
        ]}
      />
      <dl class="sign">
        {['Reviewer', 'Date', 'Signature', 'Decision and remarks'].map((what) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd />
          </div>
        ))}
      </dl>
    </section>
  );
}

function hashOf({ summary: { contentHash } }: Project['about']): string {
  return contentHash === undefined || contentHash === '' ? 'the file has none' : contentHash;
}

/**
 * Puts project and content hash at the foot of every printed page, beside its number: a page that is apart can be told.
 */
export function setPageFooter({ about }: Project): void {
  pageFooter(`${about.summary.projectId ?? about.file} · ${hashOf(about)}`);
}

/** Puts a text at the foot of every printed page. */
export function pageFooter(text: string): void {
  // By the interface of style sheets: the page's own policy lets no other style in.
  document.styleSheets[0]?.insertRule(`@page { @bottom-left { content: ${quoted(text)}; } }`);
}

/** A string of CSS in which nothing can end it. */
function quoted(text: string): string {
  return `"${Array.from(text.toWellFormed(), (character) => (/[\w .:·-]/u.test(character) ? character : `\\${(character.codePointAt(0) ?? 0).toString(16)} `)).join('')}"`;
}
