import { useReport } from '../context.ts';
import { type Choice, type Held, isChosen } from '../data/access.ts';
import { direct, flowOf, heldAbove, reasonInWords } from '../data/inherited.ts';
import { type Gain, giverInWords } from '../data/next-login.ts';
import { personInWords, roleInWords } from '../data/people.ts';
import { between } from '../data/tree.ts';
import { Name, PlaceName, wholeProject } from './names.tsx';

const mostSentences = 20;

/** The ways of a graph in words, with the reason where one is uncertain. Nothing where nothing in particular is asked. */
export function PathSentences({
  user,
  held,
  gains,
  choice,
}: {
  readonly user: number;
  readonly held: readonly Held[];
  readonly gains: readonly Gain[];
  readonly choice: Choice;
}) {
  const { project } = useReport();
  if (choice.permission === undefined && choice.tenant === undefined) {
    return null;
  }
  const end = project.permissions[choice.permission ?? -1]?.name;
  const person = <Name text={personInWords(project, user)} />;
  const last = end === undefined ? null : <> → {<Name text={end} />}</>;
  const future = gains.filter((gain) => isChosen(project, gain, choice));
  return (
    <ul class="sentences">
      {held
        .filter((one) => isChosen(project, one, choice))
        .slice(0, mostSentences)
        .map((one) => (
          <li key={`${one.role} ${one.place} ${one.edge}`}>
            {person} → <HeldInWords held={one} />
            {last}
          </li>
        ))}
      {future.slice(0, mostSentences).map((gain) => (
        <li key={`${gain.role} ${gain.place} ${gain.mapping.principal}`}>
          will gain: {person} → <Name text={giverInWords(project, gain.mapping)} /> →{' '}
          <RoleThere role={gain.role} place={gain.place} />
          {last}
        </li>
      ))}
    </ul>
  );
}

function HeldInWords({ held: { role, place, edge } }: { readonly held: Held }) {
  const { project } = useReport();
  if (edge === direct) {
    return <RoleThere role={role} place={place} />;
  }
  const above = heldAbove(project, edge);
  const why = reasonInWords(flowOf(project, edge).reason);
  return (
    <>
      <RoleThere role={role} place={above} />
      {between(project, above, place).map((tenant) => (
        <span key={tenant}>
          {' '}
          → passed on by <PlaceName place={tenant} />
        </span>
      ))}{' '}
      → inherited: <RoleThere role={role} place={place} />
      {why !== '' && ` (uncertain: ${why})`}
    </>
  );
}

function RoleThere({ role, place }: { readonly role: number; readonly place: number }) {
  const { project } = useReport();
  if (role === -1) {
    return (
      <>
        member of <PlaceName place={place} />
      </>
    );
  }
  return (
    <>
      <Name text={roleInWords(project, role)} /> {place === -1 ? `(${wholeProject.toLowerCase()})` : 'in '}
      {place !== -1 && <PlaceName place={place} />}
    </>
  );
}
