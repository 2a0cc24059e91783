import type { Mutant } from './mutant.ts';

/** Faults in the changes of applications and consents. */
export const appMutants: readonly Mutant[] = [
  {
    name: 'the last application by name taken, whatever the default',
    edits: [
      {
        inside: 'planRevokeOfApplication',
        find: "record.appIds?.length === 1 && applicationDefault !== 'none'",
        replace: "record.appIds?.length === 1 && applicationDefault === 'all'",
      },
    ],
    tests: ['provisioning/application'],
  },
  {
    name: 'the first application by name given, whatever the default',
    edits: [
      {
        inside: 'planGrantOfApplication',
        find: "namesNone(record) && applicationDefault !== 'none'",
        replace: "namesNone(record) && applicationDefault === 'all'",
      },
    ],
    tests: ['provisioning/application'],
  },
  {
    name: 'a record that names an application twice taken for two',
    edits: [{ inside: 'toRecord', find: '[...new Set(user.ssoAppIds)]', replace: 'user.ssoAppIds' }],
    tests: ['provisioning/application'],
  },
  {
    name: 'a user left without applications by a race',
    edits: [{ inside: 'planRevokeOfApplication', find: 'isOurs && opensAll(record)', replace: 'false' }],
    tests: ['provisioning/application'],
  },
  {
    name: 'an answer to a change of applications believed without a load',
    edits: [
      {
        inside: 'carryOut',
        find: 'plan.steps.length === 1 && work.plansAfterLast !== true',
        replace: 'plan.steps.length === 1',
      },
    ],
    tests: ['provisioning/application', 'provisioning/consents'],
  },
  {
    name: "a tenant's consents taken for those of its users",
    edits: [{ inside: 'isConsentOf', find: "userId === '' && tenantId === id", replace: 'tenantId === id' }],
    tests: ['provisioning/consents'],
  },
  {
    name: 'no consents where the deployment does not tell of any',
    edits: [{ inside: 'createConsentCalls', find: '{ ...call, onNotOffered: failNotOffered }', replace: 'call' }],
    tests: ['provisioning/consents'],
  },
  {
    name: 'somebody who consents anew followed for ever',
    edits: [
      {
        inside: 'planRevokeOfConsent',
        find: 'anew.size >= mostAnew && !anew.has(first.consentId)',
        replace: 'anew.size > 50',
      },
    ],
    tests: ['provisioning/consents'],
  },
  {
    name: 'a consent granted for somebody',
    edits: [
      {
        inside: 'checkAskable',
        find: "operation === 'grant' && refusedGrant !== undefined",
        replace: 'false',
      },
    ],
    tests: ['provisioning/consents'],
  },
];
