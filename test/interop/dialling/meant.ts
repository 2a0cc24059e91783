/** A difference that is meant, and the row of the table in docs/protocol.md that says so. */
export interface Meant {
  readonly row: string;
  readonly pattern: RegExp;
  /** It depends on the time that things take whether it is seen. */
  readonly isByChance?: boolean;
}

/** Each pattern is held against a line: in which run, at which step, what differs: the daemon's / ours. */
const rows: readonly (readonly [row: string, ...patterns: readonly RegExp[]])[] = [
  ['connection', /: connection: new \/ kept$/],
  [
    'user agent',
    /: metadata\.user-agent: "gentle-otter-1 baton-sdk\/\S+ grpc-go\S*" \/ "gentle-otter-1 baton-sdk\/\S+ baton-descope\/\S+ grpc-node-js\S*"$/,
    /: Token .*: token\.userAgent: "baton-c1-credential-provider \S+" \/ "baton-descope\/\S+"$/,
  ],
  ['compression', /: metadata\.(?:grpc-)?accept-encoding: /],
  ['deadlines', /: metadata\.grpc-timeout: nothing \/ "set"$/],
  ['what a hello says', /: Hello .*: request\.(?:buildInfo\.\w+|osInfo\.(?:platformVersion|virtualizationSystem)): /],
  [
    'token',
    /^a long sync, with tokens that end soon: only the daemon: Token 200$/,
    /^a hello that is refused with UNAUTHENTICATED: only ours: (?:Token 200|Hello Unauthenticated)$/,
  ],
  [
    'words of a failure',
    /: FinishTask .*: request\.status\.message: "rpc error: code = \w+ desc = (?:baton-descope: )?(.*)\\ntask failed and is non-retryable" \/ "\1"$/,
    /: FinishTask .*: request\.status\.message: "baton-descope: (.*)" \/ "\1"$/,
    /: FinishTask .*: request\.status\.message: ".*context canceled" \/ "(?:the platform cancelled the task|ten heartbeats .*)"$/,
  ],
  [
    'malformed tasks',
    /^changes that are refused: FinishTask (?:grant|revoke) OK: request\.status\.code: 2 \/ 3$/,
    /: FinishTask .*: request\.status\.message: "(?:malformed \w+ task|invalid task type)\\ntask failed and is non-retryable" \/ "\S+ must be .*"$/,
  ],
  [
    'unsupported task type',
    /: FinishTask (?:eventFeed|createSyncDiff|compactSyncs) OK: request\.(?:status\.code: 2 \/ 12|error\.nonRetryable: nothing \/ true)$/,
    /: FinishTask getTicket OK: request\.(?:status\.message: "baton-descope: .*" \/ "unsupported task type"|error\.nonRetryable: nothing \/ true)$/,
  ],
  [
    'an upload that is refused',
    /^an upload that is never taken: FinishTask sync OK: request\.status\.code: 2 \/ 14$/,
    /: FinishTask sync OK: request\.status\.message: "EOF" \/ "UploadAsset at the platform failed .*"$/,
  ],
  ['FinishTask', /^(?:an end that is not taken at once|a platform that goes away): only ours: FinishTask \w+ OK$/],
  [
    '"cancelled" at the first heartbeat',
    /^a sync that is cancelled before it has begun: only ours: FinishTask sync OK$/,
  ],
  [
    'a first heartbeat without an answer',
    /^a first heartbeat that is not answered: only ours: (?:UploadAsset|FinishTask) sync OK$/,
  ],
  ['retryable', /: FinishTask action(?:GetSchema|Status) OK: request\.error\.nonRetryable: nothing \/ true$/],
  [
    'failed actions',
    /: FinishTask (?:actionInvoke|refused) OK: request\.error\.nonRetryable: nothing \/ true$/,
    /: FinishTask refused OK: request\.status\.code: 2 \/ 9$/,
  ],
  ['feeds and hellos that fail', /: only ours: FinishTask (?:listEvents|listTicketSchemas) OK$/],
];

const byChance: readonly Meant[] = [
  { row: 'two syncs', isByChance: true, pattern: /^two syncs at once: only (?:ours|the daemon): / },
];

export const meant: readonly Meant[] = [
  ...rows.flatMap(([row, ...patterns]) => patterns.map((pattern) => ({ row, pattern }))),
  ...byChance,
];

const seen = new Set<Meant>();

/** Those differences of a run that nobody has meant. */
export function unmeant(run: string, differences: readonly string[]): readonly string[] {
  return differences.filter((difference) => {
    const known = meant.find(({ pattern }) => pattern.test(`${run}: ${difference}`));
    if (known !== undefined) {
      seen.add(known);
    }
    return known === undefined;
  });
}

/** Differences that are meant, and that no run has shown. */
export function unseen(): readonly string[] {
  return meant
    .filter((one) => one.isByChance !== true && !seen.has(one))
    .map(({ row, pattern }) => `${row}: ${pattern.source}`);
}
