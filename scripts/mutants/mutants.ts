/** A fault planted in a copy of the source: exact texts and what takes their place, and the tests that must notice. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  readonly tests: readonly string[];
}

const read = ['test/descope/users/user-read.test.ts', 'test/descope/users/user-read.property.test.ts', 'test/churn'];

export const mutants: readonly Mutant[] = [
  {
    name: '{} read as no users',
    edits: [
      { file: 'src/descope/answer-shape.ts', from: 'const list = answer[key];', to: 'const list = answer[key] ?? [];' },
      {
        file: 'src/descope/users/user-page.ts',
        from: 'const { total } = answer;',
        to: 'const { total = 0 } = answer;',
      },
    ],
    tests: ['test/descope/schemas.test.ts', 'test/descope/http/transport.test.ts'],
  },
  {
    name: 'no users read from a list that is missing',
    edits: [
      { file: 'src/descope/answer-shape.ts', from: 'const list = answer[key];', to: 'const list = answer[key] ?? [];' },
    ],
    tests: ['test/descope/schemas.test.ts'],
  },
  {
    name: 'not-found for a list that answers 404',
    edits: [
      {
        file: 'src/descope/http/errors.ts',
        from: 'return listEndpoints.has(endpoint)\n      ? {',
        to: 'return false\n      ? {',
      },
    ],
    tests: ['test/descope/http/transport.test.ts', 'test/descope/client.test.ts', 'test/descope/http/retry.test.ts'],
  },
  {
    name: 'a crowded second goes on by the limit instead of by its rows',
    edits: [{ file: 'src/descope/users/keyset-pass.ts', from: 'rows += page.users.length;', to: 'rows += pageSize;' }],
    tests: read,
  },
  {
    name: 'pages by time of creation go on behind the last second',
    edits: [{ file: 'src/descope/users/keyset-pass.ts', from: '      from = last;\n', to: '      from = last + 1;\n' }],
    tests: read,
  },
  {
    name: 'rows counted, but not whether they are different',
    edits: [
      {
        file: 'src/descope/users/ledger.ts',
        from: 'if (!mayRepeat && (new Set(',
        to: 'if (Date.now() < 0 && (new Set(',
      },
    ],
    tests: read,
  },
  {
    name: 'a total that changes between pages taken as it comes',
    edits: [{ file: 'src/descope/users/stable-pass.ts', from: 'if (total !== boundedTotal) {', to: 'if (false) {' }],
    tests: read,
  },
  {
    // Either check alone is enough: full pages of different users add up to the total only where every two of them join.
    name: 'pages that overlap without joining, and are not counted either',
    edits: [
      {
        file: 'src/descope/users/overlap-pass.ts',
        from: 'if (joint.some(({ userId, createdTime }, place) => users[place]?.userId !== userId || users[place].createdTime !== createdTime)) {',
        to: 'if (false) {',
      },
      { file: 'src/descope/users/overlap-pass.ts', from: 'if (seen.size !== total) {', to: 'if (false) {' },
    ],
    tests: ['test/descope/users/overlap-pass.test.ts'],
  },
  {
    name: 'an alarm taken for the end of the list',
    edits: [
      {
        file: 'src/descope/users/user-read.ts',
        from: 'passes === maxPasses) {\n        throw thrown;',
        to: 'passes === maxPasses) {\n        return undefined;',
      },
    ],
    tests: read,
  },
  {
    name: 'a bad page token read as the first page',
    edits: [
      {
        file: 'src/model/page-token.ts',
        from: 'sum !== checksum(scope, payload)) {\n    throw notOurs();',
        to: 'sum !== checksum(scope, payload)) {\n    return {};',
      },
    ],
    tests: ['test/model/page-token.test.ts', 'test/model/requests.test.ts'],
  },
  {
    name: 'a bad number in a page token read as 0',
    edits: [
      {
        file: 'src/model/page-token.ts',
        from: 'throw new ConnectorError(\'invalid\', `the page token lacks a valid "${key}"; start the listing again without a token`);\n  }\n  return value;\n}\n\n/** A field that must be a string',
        to: 'return 0;\n  }\n  return value;\n}\n\n/** A field that must be a string',
      },
    ],
    tests: ['test/model/page-token.test.ts'],
  },
  {
    name: 'no waiting for a slow disk',
    edits: [
      {
        file: 'src/output/atomic-file.ts',
        from: 'if (waitingBytes >= chunkBytes) {\n        await flush();',
        to: 'if (waitingBytes >= chunkBytes) {\n        void flush();',
      },
    ],
    tests: ['test/output/atomic-file.test.ts', 'test/output/sync-file.test.ts', 'test/churn'],
  },
  {
    name: 'rows of a sync not waited for',
    edits: [{ file: 'src/sync/walk.ts', from: 'await take(page.list);', to: 'void take(page.list);' }],
    tests: ['test/sync', 'test/churn'],
  },
  {
    name: 'the target written in place',
    edits: [
      { file: 'src/output/atomic-file.ts', from: "unfinishedPath(target, '.tmp')", to: 'target' },
      { file: 'src/output/atomic-file.ts', from: "files.open(temporary, 'wx')", to: "files.open(temporary, 'w')" },
    ],
    tests: ['test/output/atomic-file.test.ts'],
  },
  {
    name: 'redirects followed',
    edits: [{ file: 'src/descope/http/exchange.ts', from: 'followRedirect: false', to: 'followRedirect: true' }],
    tests: ['test/descope/http/transport.test.ts'],
  },
  {
    name: 'a revoke without its tenant',
    edits: [
      {
        file: 'src/descope/users/user-writes.ts',
        from: "...(tenantId !== '' && { tenantId }) },",
        to: "...(tenantId !== '' && operation === 'add' && { tenantId }) },",
      },
    ],
    tests: ['test/provisioning/grant-and-revoke.test.ts', 'test/provisioning/model.test.ts'],
  },
  {
    name: 'users without the annotation that skips them',
    edits: [
      {
        file: 'src/model/resource-types.ts',
        from: 'annotations: [marker(SkipEntitlementsAndGrantsSchema)],',
        to: 'annotations: [],',
      },
    ],
    tests: ['test/contract', 'test/resources/resources.test.ts'],
  },
  {
    name: 'grants made of a role name that no list knows',
    edits: [
      {
        file: 'src/access/catalog.ts',
        from: "this.role('', roleName) !== undefined && this.role(tenantId, roleName)",
        to: 'this.role(tenantId, roleName)',
      },
    ],
    tests: ['test/resources', 'test/contract/access-model.test.ts'],
  },
  {
    name: 'grants made inside a tenant that no list knows',
    edits: [
      {
        file: 'src/access/catalog.ts',
        from: "return this.#tenantsById.has(tenantId) && this.role('', roleName)",
        to: "return this.role('', roleName)",
      },
    ],
    tests: ['test/resources', 'test/contract/access-model.test.ts'],
  },
  {
    name: 'a clock that is ahead believed',
    edits: [
      {
        file: 'src/descope/users/stable-pass.ts',
        from: 'Math.min(serverTimeMs ?? nowMs, nowMs)',
        to: '(serverTimeMs ?? nowMs)',
      },
    ],
    tests: ['test/descope/users/user-read.test.ts'],
  },
  {
    name: 'pages that join by one user only',
    edits: [{ file: 'src/descope/users/overlap-pass.ts', from: 'const overlap = 2;', to: 'const overlap = 1;' }],
    tests: ['test/churn', 'test/descope/users/user-read.test.ts'],
  },
  {
    name: 'certificates not checked',
    edits: [
      { file: 'src/descope/http/transport.ts', from: 'rejectUnauthorized: true', to: 'rejectUnauthorized: false' },
    ],
    tests: ['test/faults/tls.test.ts'],
  },
  {
    name: 'a body that never ends waited for',
    edits: [
      { file: 'src/descope/http/transport.ts', from: 'bodyTimeout: bodyIdleMs,', to: 'bodyTimeout: 100 * bodyIdleMs,' },
    ],
    tests: ['test/faults/slow.test.ts'],
  },
  {
    name: 'a .c1z file not counted before it is replaced',
    edits: [{ file: 'src/output/last-c1z.ts', from: 'return count(unpacked);', to: 'return undefined;' }],
    tests: ['test/output/last-c1z.test.ts'],
  },
  {
    name: 'the packed file put in its place before it is forced to the disk',
    edits: [
      {
        file: 'src/output/atomic-file.ts',
        from: "      await attempt(target, 'force it to the disk', () => handle.sync());\n",
        to: '',
      },
    ],
    tests: ['test/output/disk-faults.test.ts'],
  },
];
