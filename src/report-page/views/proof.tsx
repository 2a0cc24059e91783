import { useReport } from '../context.ts';
import { counted, moment } from '../format.ts';
import { toHash } from '../route.ts';

/** Whether the sync was complete, when it was read, and what it does not tell. */
export function Proof() {
  const { about, users } = useReport().project;
  const { summary } = about;
  const { consistency, notDerived } = summary;
  const proved = consistency !== undefined && consistency.mode !== 'unproven';
  return (
    <div class="proofs">
      <p class={proved ? 'proof good' : 'proof warn'}>
        <strong>{consistency === undefined ? 'The file does not say how its completeness was proved.' : proved ? 'Complete, and proved so.' : 'Complete as far as can be told, but not proved.'}</strong>{' '}
        {consistency === undefined ? (
          <>A .c1z file carries no proof; make the report from the .json file to see it.</>
        ) : (
          <>
            Read {moment(consistency.readUntil ?? summary.finishedAt)} in {counted(consistency.passes, 'pass', 'passes')}. <a href={toHash('about')}>What is proved, and what is assumed</a>
          </>
        )}
      </p>
      {users.current === 0 && (
        <p class="proof warn">
          <strong>The project has no users at all.</strong> Is it the right project and key?
        </p>
      )}
      {notDerived !== undefined && notDerived.inheritingTenants > 0 && (
        <p class="proof warn">
          <strong>Inherited access is not shown.</strong> Access that comes down a tree of tenants is not derived yet. That touches {counted(notDerived.inheritingTenants, 'tenant')} and {counted(notDerived.inheritedRoles, 'role')}: people may have more there than this page says.
        </p>
      )}
      {notDerived === undefined && (
        <p class="proof warn">
          <strong>Inherited access is not shown,</strong> and this file does not say how many tenants that touches.
        </p>
      )}
    </div>
  );
}
