import { appMutants } from './app-mutants.ts';
import { reviewMutants } from './review-mutants.ts';
import type { Mutant } from './mutant.ts';

const read = ['user-read.test.ts', 'user-read.property.test.ts', 'test/churn/'];

export const mutants: readonly Mutant[] = [
  {
    name: '{} read as no users',
    edits: [
      { inside: 'listIn', find: 'const list = answer[key];', replace: 'const list = answer[key] ?? [];' },
      { inside: 'decodeUserPage', find: 'const { total } = answer;', replace: 'const { total = 0 } = answer;' },
    ],
    tests: ['user-page.test.ts', 'whole-list.test.ts', 'transport.test.ts'],
  },
  {
    name: 'no users read from a list that is missing',
    edits: [{ inside: 'listIn', find: 'const list = answer[key];', replace: 'const list = answer[key] ?? [];' }],
    tests: ['user-page.test.ts', 'whole-list.test.ts'],
  },
  {
    name: 'not-found for a list that answers 404',
    edits: [{ inside: 'failureOfStatus', find: "endpoint.answers === 'list'", replace: 'false' }],
    tests: ['transport.test.ts', 'descope/client.test.ts', 'retry.test.ts'],
  },
  {
    name: 'a crowded second goes on by the limit instead of by its rows',
    edits: [{ inside: 'readSecond', find: 'rows += page.users.length', replace: 'rows += pageSize' }],
    tests: read,
  },
  {
    name: 'pages by time of creation go on behind the last second',
    edits: [{ inside: 'createKeysetPass.next', find: 'from = last', replace: 'from = last + 1' }],
    tests: read,
  },
  {
    name: 'rows counted, but not whether they are different',
    edits: [{ inside: 'Ledger.enter', find: '!mayRepeat', replace: '!mayRepeat && Date.now() < 0' }],
    tests: read,
  },
  {
    name: 'a total that changes between pages taken as it comes',
    edits: [{ inside: 'checkBoundedPage', find: 'total !== counted', replace: 'false' }],
    tests: read,
  },
  {
    // Either check alone is enough: full pages of different users add up to the total only where every two of them
    // join.
    name: 'pages that overlap without joining, and are not counted either',
    edits: [
      {
        inside: 'createOverlapPass.check',
        find: 'joint.some(({ userId, createdTime }, place) => users[place]?.userId !== userId || users[place].createdTime !== createdTime)',
        replace: 'false',
      },
      { inside: 'createOverlapPass.next', find: 'seen.size !== total', replace: 'false' },
    ],
    tests: ['overlap-pass.test.ts'],
  },
  {
    name: 'an inconsistent read taken for the end of the list',
    edits: [{ inside: 'createUserRead.next', find: 'throw thrown;', replace: 'return undefined;' }],
    tests: read,
  },
  {
    name: 'a bad page token read as the first page',
    edits: [
      {
        inside: 'decodeToken',
        find:
          'if (tokenVersion !== version || payload === undefined || rest.length > 0 || sum !== checksum(scope, ' +
          'payload)) { throw notOurs(); }',
        replace:
          'if (tokenVersion !== version || payload === undefined || rest.length > 0 || sum !== checksum(scope, payload)) { return {}; }',
      },
    ],
    tests: ['page-token.test.ts', 'model/requests.test.ts'],
  },
  {
    name: 'a bad number in a page token read as 0',
    edits: [
      {
        inside: 'tokenNumber',
        find: 'throw new ConnectorError(\'invalid\', `the page token lacks a valid "${key}"; start the listing again without a token`);',
        replace: 'return 0;',
      },
    ],
    tests: ['page-token.test.ts'],
  },
  {
    name: 'no waiting for a slow disk',
    edits: [{ inside: 'createAtomicFile.write', find: 'await flush()', replace: 'void flush()' }],
    tests: ['atomic-file.test.ts', 'output/sync-file.test.ts', 'test/churn/'],
  },
  {
    name: 'rows of a sync not waited for',
    edits: [{ inside: 'eachPage', find: 'await take(page.list)', replace: 'void take(page.list)' }],
    tests: ['test/sync/', 'test/churn/'],
  },
  {
    name: 'the target written in place',
    edits: [
      { inside: 'createAtomicFile.temporary', find: "unfinishedPath(place, '.tmp')", replace: 'place' },
      { inside: 'createAtomicFile.handle', find: "'wx'", replace: "'w'" },
    ],
    tests: ['atomic-file.test.ts'],
  },
  {
    name: 'redirects followed',
    edits: [{ inside: 'createExchange', find: 'followRedirect: false', replace: 'followRedirect: true' }],
    tests: ['transport.test.ts'],
  },
  {
    name: 'a revoke without its tenant',
    edits: [
      {
        inside: 'toWriteRequest',
        find: "tenantId !== '' && { tenantId }",
        replace: "tenantId !== '' && operation === 'add' && { tenantId }",
      },
    ],
    tests: ['grant-and-revoke.test.ts', 'provisioning/model.test.ts'],
  },
  {
    name: 'a revoke of what is only inherited called done',
    edits: [{ inside: 'planRevoke', find: 'inherited.length > 0 && progress.sent.length === 0', replace: 'false' }],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a revoke that was sent refused because the rest is inherited',
    edits: [
      {
        inside: 'planRevoke',
        find: 'inherited.length > 0 && progress.sent.length === 0',
        replace: 'inherited.length > 0',
      },
    ],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a revoke called done by a tree that may be old',
    edits: [
      {
        inside: 'planRevoke',
        find: 'rules !== undefined || isTenantGone || mayInherit(record, target, seen)',
        replace: 'rules !== undefined || isTenantGone',
      },
    ],
    tests: ['provisioning/inherited', 'provisioning/change.test.ts'],
  },
  {
    name: "an ancestor's own role taken for the project's",
    edits: [{ inside: 'isSameRole', find: "source.typeId === 'role_binding'", replace: 'true' }],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'everything above a tenant told as inherited, held or not',
    edits: [{ inside: 'inheritedBy', find: 'holds(record, source)', replace: 'true' }],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a derived binding granted like any other',
    edits: [
      {
        inside: 'provisionedRoleBinding',
        find: 'isDerived(asked) ? refuseDerivedGrant(asked) : planGrant(asked, checkBindingExists)',
        replace: 'planGrant(asked, checkBindingExists)',
      },
    ],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a derived binding revoked like any other',
    edits: [
      {
        inside: 'provisionedRoleBinding',
        find: 'isDerived(asked) ? planDerivedRevoke(asked) : planRevoke(asked, { isListed, checkMeaning: checkNoOwnRole })',
        replace: 'planRevoke(asked, { isListed, checkMeaning: checkNoOwnRole })',
      },
    ],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a change that keeps to itself what is still inherited',
    edits: [{ inside: 'alsoInherited', find: 'after === undefined', replace: 'true' }],
    tests: ['provisioning/inherited'],
  },
  {
    name: 'a role that comes back revoked in spite of --refuse-returning',
    edits: [{ inside: 'returningOf', find: "mode === 'refuse' && mayReturn.length > 0", replace: 'false' }],
    tests: ['provisioning/returning'],
  },
  {
    name: 'SSO settings that cannot be read taken for none, with --refuse-returning',
    edits: [{ inside: 'returningOf', find: "mode === 'tell'", replace: 'true' }],
    tests: ['provisioning/returning'],
  },
  {
    name: 'a group taken for empty where its members are not known',
    edits: [
      {
        inside: 'readMappings',
        find: 'members === undefined || members.namelessMembers > 0',
        replace: 'members === undefined ? false : members.namelessMembers > 0',
      },
    ],
    tests: ['provisioning/returning'],
  },
  {
    name: 'the list of a key not compared with the plan before it is sent',
    edits: [
      {
        inside: 'sendFresh',
        find: 'record === undefined || !isSameRecord(record, write.record)',
        replace: 'record === undefined',
      },
    ],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'a list of a key that grew old sent all the same',
    edits: [{ inside: 'sendFresh', find: 'now() - askedAt > maxListAgeMs', replace: 'false' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'a key read back at once',
    edits: [
      {
        inside: 'writeWholeList',
        find: 'attempt.pause(settleMs, attempt.call.signal)',
        replace: 'attempt.pause(0, attempt.call.signal)',
      },
    ],
    tests: ['provisioning/key-race'],
  },
  {
    name: 'a change of a key believed by its answer',
    edits: [{ inside: 'writeWholeList', find: 'wasShown && !isDone(write, record)', replace: 'false' }],
    tests: ['provisioning/access-keys', 'provisioning/key-race'],
  },
  {
    name: 'what went from the list of a key not noticed',
    edits: [{ inside: 'checkNothingLost', find: 'lost.length > 0', replace: 'false' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'what went with a lost answer about a key not noticed',
    edits: [{ inside: 'checkWholeList', find: 'subject.type.replacesLists === true && isDone', replace: 'false' }],
    tests: ['provisioning/key-answers'],
  },
  {
    name: 'a list of a key that changes again and again tried on',
    edits: [{ inside: 'carryOut', find: 'changes > 1', replace: 'changes > 5' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'a bound key changed like any other',
    edits: [{ inside: 'accessKeyPrincipal', find: 'actsAs === undefined', replace: 'true' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'both lists of a key written',
    edits: [
      {
        inside: 'toKeyChange',
        find: "step.tenantId === '' ? { roleNames } : { keyTenants: userTenants }",
        replace: '{ roleNames, keyTenants: userTenants }',
      },
    ],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'a key gone because one answer says so',
    edits: [{ inside: 'createAccessKeyCalls', find: 'keys.some((key) => key.id === id)', replace: 'false' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'an answer about another key believed',
    edits: [{ inside: 'decodeKey', find: 'key.id !== id', replace: 'false' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'keys changed by a server that lists none',
    edits: [{ inside: 'parseChangeRequest', find: "typeId === 'user' || isType(typeId)", replace: 'true' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'inheritance of keys told for certain',
    edits: [{ inside: 'inheritedBy', find: 'flow: uncertain(flow)', replace: 'flow' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'keys that inherit where only users do',
    edits: [{ inside: 'inheritedBy', find: 'pair.flowsToKeys', replace: 'true' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'a second list of a key sent without a line that announces it',
    edits: [{ inside: 'announcing', find: '!intended.has(request)', replace: 'intended.size === 0' }],
    tests: ['provisioning/access-keys'],
  },
  {
    name: 'users without the annotation that skips them',
    edits: [
      {
        inside: 'toResourceType',
        find:
          '[marker(skips), ...(words.areGrantsTypeScoped === true ? [marker(TypeScopedGrantsSchema)] : []), ' +
          '...(isOptIn ? [marker(OptInRequiredSchema)] : [])]',
        replace:
          "[marker(skips), ...(isOptIn ? [marker(OptInRequiredSchema)] : [])].slice(words.skips === 'entitlements' ? 0 : 1)",
      },
    ],
    tests: ['test/contract/', 'resources.test.ts'],
  },
  {
    name: 'grants made of a role name that no list knows',
    edits: [{ inside: 'isBinding', find: "this.role('', roleName) !== undefined", replace: 'true' }],
    tests: ['test/resources/', 'access-model.test.ts'],
  },
  {
    name: 'grants made inside a tenant that no list knows',
    edits: [{ inside: 'isBinding', find: 'this.#tenantsById.has(tenantId)', replace: 'true' }],
    tests: ['test/resources/', 'access-model.test.ts'],
  },
  {
    name: 'a clock that is ahead believed',
    edits: [
      {
        inside: 'createStablePass',
        find: 'Math.min(serverTimeMs ?? startedMs, startedMs)',
        replace: 'serverTimeMs ?? startedMs',
      },
    ],
    tests: ['user-read.test.ts'],
  },
  {
    name: 'pages that join by one user only',
    edits: [{ inside: 'overlap', find: 'const overlap = 2;', replace: 'const overlap = 1;' }],
    tests: ['test/churn/', 'user-read.test.ts'],
  },
  {
    name: 'certificates not checked',
    edits: [{ inside: 'createExchange', find: 'rejectUnauthorized: true', replace: 'rejectUnauthorized: false' }],
    tests: ['faults/tls.test.ts'],
  },
  {
    name: 'a body that never ends waited for',
    edits: [
      {
        inside: 'receive',
        find: "beginPart(bodyIdleMs, 'BODY_TIMEOUT')",
        replace: "beginPart(100 * bodyIdleMs, 'BODY_TIMEOUT')",
      },
    ],
    tests: ['deadlines.test.ts'],
  },
  {
    name: 'a .c1z file not counted before it is replaced',
    edits: [{ inside: 'readLastC1z', find: 'return count(unpacked);', replace: 'return undefined;' }],
    tests: ['last-c1z.test.ts'],
  },
  {
    name: 'the packed file put in its place before it is forced to the disk',
    edits: [
      {
        inside: 'createAtomicFile.commit',
        find: "await attempt(toldAs, 'force it to the disk', () => handle.sync());",
        replace: '',
      },
    ],
    tests: ['disk-faults.test.ts'],
  },
  ...appMutants,
  ...reviewMutants,
];
