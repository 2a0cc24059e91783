import type { FileSummary } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { counted, moment } from '../format.ts';
import { toHash } from '../route.ts';
import { Name } from './names.tsx';

/** What is complete, when it was read, and what the page does not tell. The two never contradict each other. */
export function Proof() {
  const { about, users } = useReport().project;
  const { summary } = about;
  const { consistency, notDerived } = summary;
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
      <Inheritance inheritance={notDerived} />
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

/** Descope does not list what tenants inherit: it would follow from what was read, and is not derived from it. */
export function Inheritance({ inheritance }: { readonly inheritance: FileSummary['notDerived'] }) {
  if (inheritance === undefined) {
    return (
      <p class="proof warn">
        <strong>What tenants inherit from those above them is not derived from it.</strong> This file does not tell how
        many tenants that concerns.
      </p>
    );
  }
  if (inheritance.inheritingTenants === 0) {
    return (
      <p class="proof good">
        <strong>No tenant inherits access from another,</strong> so nothing is left out for that.
      </p>
    );
  }
  return (
    <p class="proof warn">
      <strong>What tenants inherit from those above them is not derived from it.</strong> That concerns{' '}
      {counted(inheritance.inheritingTenants, 'tenant')} and {counted(inheritance.inheritedRoles, 'role')} held above:
      people may be able to do more there than this page says.
    </p>
  );
}
