import { useReport } from '../context.ts';
import { inheritanceKnown, isUncertain } from '../data/inherited.ts';
import { signOnKnown } from '../data/next-login.ts';
import { hasTree } from '../data/tree.ts';
import { counted, moment, number } from '../format.ts';
import { toHash } from '../route.ts';
import { Name } from './names.tsx';
import { missingInWords } from './next-login.tsx';
import { unreadInWords } from './unread.tsx';

/** What is complete, when it was read, and what the page does not tell. The two never contradict each other. */
export function Proof() {
  const { about, users } = useReport().project;
  const { summary } = about;
  const { consistency } = summary;
  return (
    <div class="proofs">
      {consistency === undefined ? (
        <p class="proof warn">
          <strong>Everything that this file lists is shown; it does not tell how that was proved complete.</strong> A
          .c1z file of another tool carries no proof: make the report from a file that “sync” wrote to see it.
        </p>
      ) : (
        <p class={consistency.mode === 'unproven' ? 'proof warn' : 'proof good'}>
          <strong>
            {consistency.mode === 'unproven'
              ? 'As many users were read as Descope counts, but it is not proved that nobody is missing.'
              : 'Everything that Descope lists of this project was read, and that is proved.'}
          </strong>{' '}
          Every user, tenant, role and permission, and what was given to people directly. Read{' '}
          {moment(consistency.readUntil ?? summary.finishedAt)} in {counted(consistency.passes, 'pass', 'passes')}.{' '}
          <a href={toHash('about')}>What is proved, and what is assumed</a>
        </p>
      )}
      {users.current === 0 && (
        <p class="proof warn">
          <strong>The project has no users at all.</strong> Is it the right project and key?
        </p>
      )}
      <Unknown sentences={about.unknown ?? []} />
      <Inheritance />
      <NextLogin />
      <Others />
    </div>
  );
}

/** What a newer version or another tool put into the file. The page has no place for it, and says so. */
export function Unknown({ sentences }: { readonly sentences: readonly string[] }) {
  return sentences.length === 0 ? null : (
    <p class="proof warn">
      <strong>The file holds more than this page shows.</strong> <Name text={sentences.join('; ')} />. Use the version
      that wrote the file; “who-can” lists who has a permission through it.
    </p>
  );
}

/** What tenants inherit: derived, and how much of it is uncertain; or why the page does not tell. */
export function Inheritance() {
  const { project } = useReport();
  const { about, inherited } = project;
  const known = inheritanceKnown(project);
  if (known === 'switched-off') {
    return (
      <p class="proof warn">
        <strong>What tenants inherit from those above them is not shown:</strong> the sync was told not to derive it
        (“--inheritance none”).
        {hasTree(project) && ' People may be able to do more in tenants below than this page says.'}
      </p>
    );
  }
  if (known === 'untold') {
    const { inheritingTenants } = about.summary.notDerived ?? {};
    return inheritingTenants === 0 || !hasTree(project) ? (
      <p class="proof good">
        <strong>No tenant inherits access from another,</strong> so nothing is left out for that.
      </p>
    ) : (
      <p class="proof warn">
        <strong>What tenants inherit from those above them is not shown:</strong> an older version or another tool wrote
        this file, and it does not tell
        {inheritingTenants === undefined ? '' : ` (${counted(inheritingTenants, 'tenant')} inherit)`}. Make the report
        from a new sync.
      </p>
    );
  }
  const { loops = 0, unknown_parents: unknownParents = 0, mode = 'auto' } = about.summary.inheritance ?? {};
  const uncertain = inherited.flow.reduce((sum, _, edge) => sum + Number(isUncertain(project, edge)), 0);
  return (
    <>
      <p class={uncertain === 0 ? 'proof good' : 'proof warn'}>
        {inherited.count === 0 ? (
          <strong>No tenant inherits access from another.</strong>
        ) : (
          <>
            <strong>
              What tenants inherit from those above them is derived, and shown apart from what is held directly.
            </strong>{' '}
            {counted(inherited.count, 'membership or role passes', 'memberships and roles pass')} to a tenant below
            {uncertain === 0 ? '.' : `; ${number(uncertain)} of them are uncertain, with the reason beside each.`}
          </>
        )}
        {mode !== 'auto' &&
          ` The sync was told that the setting of the ${mode} tenant decides (“--inheritance ${mode}”).`}
      </p>
      {loops + unknownParents > 0 && (
        <p class="proof warn">
          <strong>
            {[
              ...(loops === 0
                ? []
                : [`${counted(loops, 'tenant')} ${loops === 1 ? 'stands' : 'stand'} in a loop of parents`]),
              ...(unknownParents === 0
                ? []
                : [
                    `${counted(unknownParents, 'tenant')} ${unknownParents === 1 ? 'has' : 'have'} a parent that the project does not have`,
                  ]),
            ].join(', and ')}
            :
          </strong>{' '}
          what they inherit from there cannot be told.
        </p>
      )}
    </>
  );
}

/** What a login will give is told apart, where it was read. */
function NextLogin() {
  const report = useReport();
  const { missing } = signOnKnown(report.project);
  return missing.length === 0 ? null : <p class="proof info">{missingInWords(report)}</p>;
}

/** Keys, applications, consents and the console: what was not read, and what was left out. */
function Others() {
  const { project } = useReport();
  const unread = unreadInWords(project);
  return (
    <>
      {unread !== '' && <p class="proof info">{unread}</p>}
      {project.about.isHumansOnly === true && (
        <p class="proof info">
          <strong>People only:</strong> access keys and management keys are left out (“--humans-only”). Somebody who has
          a key may be able to do more than this page says.
        </p>
      )}
    </>
  );
}
