import type { Mutant } from './mutant.ts';

const apply = ['review/apply.test.ts'];
const files = ['review/decisions.test.ts', 'review/rows.test.ts'];

/** Faults in reviews of access, and in what is made of decisions. */
export const reviewMutants: readonly Mutant[] = [
  {
    name: 'a membership revoked with the roles that were to stay',
    edits: [{ inside: 'createMovedOn.check', find: "target.typeId === 'tenant'", replace: 'false' }],
    tests: apply,
  },
  {
    name: 'somebody else revoked who has the id by now',
    edits: [
      {
        inside: 'createMovedOn.check',
        find: `namesOf(revoke, record)?.includes(reviewedName) === false`,
        replace: 'false',
      },
    ],
    tests: apply,
  },
  {
    name: 'memberships revoked before the roles in them',
    edits: [{ inside: 'revokesIn', find: 'isLast(one) - isLast(other)', replace: 'isLast(other) - isLast(one)' }],
    tests: apply,
  },
  {
    name: 'what was questioned revoked, too',
    edits: [{ inside: 'revokesIn', find: "row.decision !== 'revoke'", replace: "row.decision === 'keep'" }],
    tests: apply,
  },
  {
    name: 'a revoke without a reason taken',
    edits: [{ inside: 'revokesIn', find: "reason === ''", replace: 'false' }],
    tests: apply,
  },
  {
    name: 'a revoke whose audit line was lost told as not tried',
    edits: [
      {
        inside: 'applyDecisions',
        find: "line?.outcome === 'failed' || line?.outcome === 'revoked'",
        replace: "line?.outcome === 'failed'",
      },
    ],
    tests: apply,
  },
  {
    name: 'changed holdings of a review taken',
    edits: [{ inside: 'readDecisions', find: 'reviewHash(told, rows) !== decisions.review', replace: 'false' }],
    tests: files,
  },
  {
    name: 'changed decisions taken',
    edits: [{ inside: 'readDecisions', find: 'sealOf(decisions) !== decisions.seal', replace: 'false' }],
    tests: files,
  },
  {
    name: 'roles held in the whole project left out of the review of a tenant',
    edits: [{ inside: 'rowsOfScope', find: "scope.kind === 'tenant'", replace: 'false' }],
    tests: files,
  },
  {
    name: 'consents and applications left out of a review',
    edits: [{ inside: 'rowsOfScope', find: 'putApps(index, scope, table);', replace: '' }],
    tests: files,
  },
  {
    name: 'an older decision taken over from a file',
    edits: [{ inside: 'createDecisions.merge', find: 'at > of(row).at', replace: 'true' }],
    tests: files,
  },
];
