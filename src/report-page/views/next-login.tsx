import { type Report, useReport } from '../context.ts';
import { isPrivileged } from '../data/analysis.ts';
import { nextLoginOf, signOnKnown, strangersIn } from '../data/next-login.ts';
import { counted } from '../format.ts';
import { Gains } from './gains.tsx';
import { Section, Tile } from './section.tsx';

/** What changes when people sign in the next time: what they will gain, and what comes back when it is revoked. */
export function NextLoginView() {
  const report = useReport();
  const { gains, open, returning } = nextLoginOf(report.project);
  const { missing } = signOnKnown(report.project);
  if (missing.includes('sso_configuration')) {
    return (
      <section class="panel" aria-label="What the next login changes">
        <h2>What the next login changes</h2>
        <p class="clear">{missingInWords(report)}</p>
      </section>
    );
  }
  const people = new Set(gains.map(({ user }) => user)).size;
  const privileged = gains.filter(({ role }) => isPrivileged(report.analysis, role)).length;
  return (
    <>
      <p class="lead">
        Mappings of identity provider groups, default roles of single sign-on, and default roles of tenants give roles
        when somebody signs in. Nothing of it is held today, and none of the numbers elsewhere on this page counts it.
        Group members are those of the last sign-in or push that Descope knows. Whether Descope adds such roles to those
        that somebody holds, or puts them in their place, is a setting that its API does not show.
      </p>
      {missing.length > 0 && <p class="proof warn">{missingInWords(report)}</p>}
      <section class="tiles" aria-label="The next login in numbers">
        <Tile
          name="People who will gain a role"
          value={people}
          note={counted(gains.length, 'role to gain', 'roles to gain')}
        />
        <Tile name="Privileged roles to gain" value={privileged} note="by people who are known" />
        <Tile name="Roles for everybody" value={open.length} note="whoever signs in or joins, or is in the group" />
        <Tile name="Revokes that come back" value={returning.length} note="held today, and given again" />
      </section>
      <Section
        title="Who will gain a role"
        count={gains.length}
        rule="A group of the identity provider is mapped to the role, this person is a member, and does not have the role there: not directly, not by inheritance, and not in the whole project."
        none="No known member of a mapped group lacks a role of the mapping."
      >
        <Gains
          label="who will gain a role"
          rows={gains}
          columns={['user', 'status', 'role', 'place', 'giver', 'privileged']}
          empty="Nobody."
          tall
        />
        <Strangers />
      </Section>
      <Section
        title="Roles for everybody who signs in"
        count={open.length}
        rule="Default roles of single sign-on and of tenants, and mapped groups of which no member is known. Who gets them is not known before they sign in."
        none="There is no default role, and every mapped group has known members."
      >
        <Gains
          label="roles for everybody who signs in"
          rows={open}
          columns={['who', 'role', 'place', 'giver', 'privileged']}
          empty="None."
          tall
        />
      </Section>
      <Section
        title="Revokes that come back"
        count={returning.length}
        rule="The person holds the role directly, and a group of theirs is mapped to it. A revoke is undone at the next login: take the person out of the group at the identity provider, or change the mapping, first."
        none="No directly held role is mapped as well."
      >
        <Gains
          label="revokes that come back"
          noun={['role', 'roles']}
          rows={returning}
          columns={['user', 'status', 'role', 'place', 'giver', 'privileged']}
          empty="None."
          tall
        />
      </Section>
    </>
  );
}

function Strangers() {
  const count = strangersIn(useReport().project);
  return count === 0 ? null : (
    <p class="note">
      {counted(count, 'member of mapped groups is no user', 'members of mapped groups are no users')} of this project,
      and not listed.
    </p>
  );
}

/** What of single sign-on the page cannot know, and how it could. */
export function missingInWords({ project }: Report): string {
  const { missing } = signOnKnown(project);
  if (missing.every((type) => project.notOffered.has(type))) {
    return missing.includes('sso_configuration')
      ? 'This deployment of Descope does not tell of single sign-on, so this page cannot tell who will gain a role at ' +
          'the next login, and which revokes come back.'
      : 'This deployment of Descope does not list groups of identity providers, so this page cannot tell who is in a mapped group.';
  }
  return missing.includes('sso_configuration')
    ? 'Single sign-on was not read, so this page cannot tell who will gain a role at the next login, and which revokes ' +
        'come back. Make the report from a sync with “--include sso_configuration,idp_group”.'
    : 'Groups of identity providers were not read, so this page cannot tell who is in a mapped group. Make the report ' +
        'from a sync with “--include sso_configuration,idp_group”.';
}
