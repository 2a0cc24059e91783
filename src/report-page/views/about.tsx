import { useReport } from '../context.ts';
import { inheritanceKnown } from '../data/inherited.ts';
import { signOnKnown } from '../data/next-login.ts';
import { hasTree } from '../data/tree.ts';
import { broad, manySensitive, systemRoleName, words } from '../../answers/power.ts';
import { counted, moment, number } from '../format.ts';
import { Facts } from './detail-parts.tsx';
import { Name } from './names.tsx';
import { missingInWords } from './next-login.tsx';
import { Proof } from './proof.tsx';
import { unreadInWords } from './unread.tsx';

const proofs: Readonly<Record<string, string>> = {
  stable: 'Proved',
  overlap: 'Shown by pages that overlap',
  unproven: 'Not proved',
};

/** Where the data comes from, what is proved, and the rules by which the page judges. */
export function About() {
  const report = useReport();
  const { project } = report;
  const { about, holdings, users } = project;
  const { summary } = about;
  const { consistency } = summary;
  return (
    <div class="prose">
      <Proof />
      <section class="panel block">
        <h2>What was read, and when</h2>
        <Facts
          facts={[
            [
              'Descope project',
              <code>
                <Name text={summary.projectId ?? 'the file does not say'} />
              </code>,
            ],
            ['Sync', `${moment(summary.startedAt)} to ${moment(summary.finishedAt)}`],
            [
              'Users read',
              consistency?.readFrom === undefined
                ? ''
                : `${moment(consistency.readFrom)} to ${moment(consistency.readUntil)}`,
            ],
            ['Made from', <Name text={about.file} />],
            ['Compared with', about.since === undefined ? '' : <Name text={about.since.file} />],
            [
              'Content hash',
              summary.contentHash === undefined ? (
                ''
              ) : (
                <code>
                  <Name text={summary.contentHash} />
                </code>
              ),
            ],
            [
              'Holds',
              `${counted(users.current, 'person', 'people')}, ${counted(holdings.count, 'membership or role held directly', 'memberships and roles held directly')}`,
            ],
            ['Made by', `baton-descope ${about.madeBy}`],
          ]}
        />
      </section>
      {consistency !== undefined && (
        <section class="panel block">
          <h2>What proves that everything was read</h2>
          <p>
            {proofs[consistency.mode] ?? 'What was checked'}, in {counted(consistency.passes, 'pass', 'passes')} over
            the list of users: <Name text={consistency.proved} />.
          </p>
          <p>Assumed, not proved:</p>
          <ul>
            {consistency.assumptions.map((text) => (
              <li key={text}>
                <Name text={text} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="panel block">
        <h2>What is not shown</h2>
        <ul>
          {inheritanceKnown(project) !== 'derived' && hasTree(project) && (
            <li>What tenants inherit from those above them: this file does not tell it.</li>
          )}
          {signOnKnown(project).missing.length > 0 && <li>{missingInWords(report)}</li>}
          {unreadInWords(project) !== '' && <li>{unreadInWords(project)}</li>}
          {about.isHumansOnly === true && <li>Access keys and management keys, by “--humans-only”.</li>}
        </ul>
      </section>
      <section class="panel block">
        <h2>Which ways are told apart</h2>
        <p>
          <em>Direct</em> is what a record of Descope shows: a membership of a tenant, a role inside it, a role in the
          whole project. A role in the whole project counts in every tenant.
        </p>
        <p>
          <em>Inherited</em> is what somebody has in a tenant because they hold it directly in one above. It is derived
          from the tree of tenants and its settings. Descope’s texts do not say whose setting decides, that of the upper
          tenant or that of the lower: what only one of the two readings allows is shown and marked <em>uncertain</em>,
          and so is what passes a disabled tenant, a setting “userOnly” or an unknown one. It can be taken away only
          where it is held.
        </p>
        <p>
          <em>Will gain</em> is what the next login gives through a group, a default role of single sign-on, or a
          default role of a tenant. It is not held, and no number of this page counts it, except those that say so.
        </p>
        <p>
          Counts of memberships, roles and holders are direct. “People with access” and “privileged people” of a tenant
          have all three: direct, inherited, and through the whole project, each named beside the sum. Who can use a
          permission anywhere is the same with inheritance and without: whoever inherits a role holds it above.
        </p>
      </section>
      <section class="panel block">
        <h2>How powerful a permission is</h2>
        <p>
          By whose it is, then by the words in its name, the first that applies. A name is not proof of what an
          application does with it: check what matters to you.
        </p>
        <dl class="levels">
          <dt>administrative</dt>
          <dd>Descope’s own permissions, names with “*”, and these words: {words.administrative.join(', ')}</dd>
          <dt>reading</dt>
          <dd>{words.reading.join(', ')}; unless “export” is there as well</dd>
          <dt>sensitive</dt>
          <dd>{words.sensitive.join(', ')}</dd>
          <dt>ordinary</dt>
          <dd>everything else, and every name in another language</dd>
        </dl>
      </section>
      <section class="panel block">
        <h2>When a role is privileged</h2>
        <p>
          It is Descope’s own “{systemRoleName}”; or it allows an administrative permission; or at least half of all
          permissions, and {broad.atLeast} or more; or {manySensitive} or more sensitive ones. A person is privileged
          who holds such a role anywhere.
        </p>
      </section>
      <section class="panel block">
        <h2>Keys, consents and the console</h2>
        <p>
          A key that is bound to a user acts as that user: it can do what the user can, and roles of its own are
          ignored. Every other access key acts for itself. It is privileged when a role that it can use is, or when it
          makes and removes people by SCIM. Ages and ends are counted in days from the sync; “expired” is worked out
          from the end, whatever Descope calls the key. When a key was used last is not known. A management key with any
          role counts as privileged, since what its roles allow is not published; of administrators of the console only
          an “auditor” does not.
        </p>
        <p>
          A consent is wide where one of its scopes stands for a privileged role or an administrative permission. Keys,
          consents and administrators of the console are in no number of people.
        </p>
      </section>
      <section class="panel block">
        <h2>This page</h2>
        <p>
          It is one file and loads nothing: its own policy forbids every connection. It holds personal data of{' '}
          {number(users.count)} people; keep it as you keep the sync file. Press <kbd>/</kbd> to search. In a table, the
          arrow keys, <kbd>Page up</kbd>, <kbd>Page down</kbd>, <kbd>Home</kbd> and <kbd>End</kbd> move,{' '}
          <kbd>Enter</kbd> opens. Characters that would not be seen are shown as their code, as in{' '}
          <Name text={'Ada\u{202e}ecalevoL'} />.
        </p>
        <details class="licences-part">
          <summary>What it is built from, and the licences</summary>
          <pre class="licences">{document.querySelector('#licences')?.textContent.trim()}</pre>
        </details>
      </section>
    </div>
  );
}
