/**
 * A flag that every Baton connector takes without a command, besides its settings. It can come from the environment, as
 * BATON_ and the flag in capitals, and from the config file under its own name.
 */
export interface OneShotFlag {
  readonly flag: string;
  readonly help: string;
  readonly kind: 'text' | 'switch' | 'list';
  /** True for a path: in a config file it counts from the file's own folder. */
  readonly isPath?: true;
  /** True for what is understood so that calls of other connectors work here, and that nobody needs. */
  readonly isRare?: true;
}

/** What a flag can be set to; a list is written with commas between its values. */
type Value<F extends OneShotFlag> = F['kind'] extends 'switch'
  ? boolean
  : F['kind'] extends 'list'
    ? readonly string[]
    : string;

/** The flags of the operations, and of what a sync brings. */
const operationFlags = {
  file: {
    flag: '-f, --file <file>',
    kind: 'text',
    isPath: true,
    help: 'the file that is synced into, and that operations take ids from',
  },
  grantEntitlement: {
    flag: '--grant-entitlement <id>',
    kind: 'text',
    help: 'give this entitlement to --grant-principal',
  },
  grantPrincipal: {
    flag: '--grant-principal <id>',
    kind: 'text',
    help: 'the id of the user or access key that is given it',
  },
  grantPrincipalType: { flag: '--grant-principal-type <type>', kind: 'text', help: 'user or access_key' },
  revokeGrant: { flag: '--revoke-grant <id>', kind: 'text', help: 'take this grant away' },
  syncResources: {
    flag: '--sync-resources <bids>',
    kind: 'list',
    help: 'sync these resources only, named by their Baton ids',
  },
  syncResourceTypes: { flag: '--sync-resource-types <types>', kind: 'list', help: 'sync these resource types only' },
  skipFullSync: { flag: '--skip-full-sync', kind: 'switch', help: 'check the key, and sync nothing' },
  skipGrants: { flag: '--skip-grants', kind: 'switch', help: 'with --sync-resources: leave out who holds them' },
  skipEntitlementsAndGrants: { flag: '--skip-entitlements-and-grants', kind: 'switch', help: 'sync resources only' },
  eventFeed: { flag: '--event-feed', kind: 'switch', help: 'print what happened, an event a line' },
  eventFeedId: { flag: '--event-feed-id <id>', kind: 'text', help: 'the feed that is read' },
  eventFeedStartAt: {
    flag: '--event-feed-start-at <time>',
    kind: 'text',
    help: 'from when on, in RFC 3339; a day ago by default',
  },
  eventFeedCursor: { flag: '--event-feed-cursor <cursor>', kind: 'text', help: 'from where on' },
  listActionSchemas: { flag: '--list-action-schemas', kind: 'switch', help: 'print the actions that there are' },
  listActionSchemasResourceType: {
    flag: '--list-action-schemas-resource-type <type>',
    kind: 'text',
    help: 'those of this resource type only',
  },
  invokeAction: { flag: '--invoke-action <name>', kind: 'text', help: 'run this action' },
  invokeActionArgs: { flag: '--invoke-action-args <json>', kind: 'text', help: 'what it is given, as a JSON object' },
  invokeActionResourceType: {
    flag: '--invoke-action-resource-type <type>',
    kind: 'text',
    help: 'the resource type that it belongs to',
  },
  createAccountLogin: {
    flag: '--create-account-login <login>',
    kind: 'text',
    help: 'create a user with this login id',
  },
  createAccountEmail: {
    flag: '--create-account-email <address>',
    kind: 'text',
    help: 'the email address of the new user',
  },
  createAccountProfile: {
    flag: '--create-account-profile <json>',
    kind: 'text',
    help: 'the profile of the new user, as a JSON object',
  },
  createAccountResourceType: {
    flag: '--create-account-resource-type <type>',
    kind: 'text',
    help: 'the type of the new account',
  },
  deleteResource: { flag: '--delete-resource <id>', kind: 'text', help: 'delete this resource' },
  deleteResourceType: { flag: '--delete-resource-type <type>', kind: 'text', help: 'its type' },
  rotateCredentials: { flag: '--rotate-credentials <id>', kind: 'text', help: 'give this resource new credentials' },
  rotateCredentialsType: { flag: '--rotate-credentials-type <type>', kind: 'text', help: 'its type' },
  recipient: {
    flag: '--recipient <key>',
    kind: 'list',
    help: 'encrypt a new secret for this age1... or JSON Web Key',
  },
  reveal: { flag: '--reveal', kind: 'switch', help: 'show a new secret on this terminal' },
} as const satisfies Record<string, OneShotFlag>;

/** Flags that are understood and change nothing here, or ask for what this connector does not have. */
const otherFlags = {
  keepPreviousSyncC1z: {
    flag: '--keep-previous-sync-c1z',
    kind: 'switch',
    help: 'without effect: nothing is replayed from an earlier sync',
  },
  workers: {
    flag: '--workers <n>',
    kind: 'text',
    help: 'without effect: --max-parallel-fetches says how much is read at once',
  },
  parallelSync: { flag: '--parallel-sync', kind: 'switch', help: 'without effect, like --workers' },
  storageEngine: {
    flag: '--storage-engine <engine>',
    kind: 'text',
    help: 'sqlite is what is written; pebble is refused',
  },
  httpTimeoutSeconds: {
    flag: '--http-timeout-seconds <n>',
    kind: 'text',
    help: 'without effect: each part of a request has its own deadline',
  },
  sessionStoreMaximumSize: {
    flag: '--session-store-maximum-size <bytes>',
    kind: 'text',
    help: 'without effect: no session store is used',
  },
  authMethod: { flag: '--auth-method <name>', kind: 'text', help: 'without effect: there is one way to authenticate' },
  logLevelDebugExpiresAt: {
    flag: '--log-level-debug-expires-at <time>',
    kind: 'text',
    help: 'without effect: --log-level stays as it is',
  },
  logPath: {
    flag: '--log-path <files>',
    kind: 'list',
    isPath: true,
    help: 'append log lines to these files; "stderr" stands for itself',
  },
  ticketing: { flag: '--ticketing', kind: 'switch', help: 'without effect: there are no tickets' },
  healthCheck: {
    flag: '--health-check',
    kind: 'switch',
    help: 'without effect: only processes that stay serve their health',
  },
  externalResourceC1z: {
    flag: '--external-resource-c1z <file>',
    kind: 'text',
    isPath: true,
    help: 'refused: nothing here matches resources of other connectors',
  },
  externalResourceEntitlementIdFilter: {
    flag: '--external-resource-entitlement-id-filter <id>',
    kind: 'text',
    help: 'refused, like --external-resource-c1z',
  },
  externalResourceTraits: {
    flag: '--external-resource-traits <traits>',
    kind: 'list',
    help: 'refused, like --external-resource-c1z',
  },
  otelCollectorEndpoint: {
    flag: '--otel-collector-endpoint <address>',
    kind: 'text',
    help: 'send traces to this host:port, as OTLP over gRPC',
  },
  otelCollectorEndpointTlsCertPath: {
    flag: '--otel-collector-endpoint-tls-cert-path <file>',
    kind: 'text',
    isPath: true,
    help: 'the CA (PEM) that the collector is trusted by',
  },
  otelCollectorEndpointTlsCert: {
    flag: '--otel-collector-endpoint-tls-cert <pem>',
    kind: 'text',
    help: 'the same as text, in PEM or base64',
  },
  otelCollectorEndpointTlsInsecure: {
    flag: '--otel-collector-endpoint-tls-insecure',
    kind: 'switch',
    help: 'reach the collector without TLS',
  },
  otelTracingDisabled: {
    flag: '--otel-tracing-disabled',
    kind: 'switch',
    help: 'send no traces',
  },
  otelLoggingDisabled: {
    flag: '--otel-logging-disabled',
    kind: 'switch',
    help: 'do not tell that log lines are not sent to the collector',
  },
  createTicket: { flag: '--create-ticket', kind: 'switch', help: 'refused: there are no tickets' },
  bulkCreateTicket: { flag: '--bulk-create-ticket', kind: 'switch', help: 'refused: there are no tickets' },
  getTicket: { flag: '--get-ticket', kind: 'switch', help: 'refused: there are no tickets' },
  listTicketSchemas: { flag: '--list-ticket-schemas', kind: 'switch', help: 'refused: there are no tickets' },
  ticketId: { flag: '--ticket-id <id>', kind: 'text', help: 'belongs to --get-ticket' },
  ticketTemplatePath: { flag: '--ticket-template-path <file>', kind: 'text', help: 'belongs to --create-ticket' },
  bulkTicketTemplatePath: {
    flag: '--bulk-ticket-template-path <file>',
    kind: 'text',
    help: 'belongs to --bulk-create-ticket',
  },
  diffSyncs: { flag: '--diff-syncs', kind: 'switch', help: 'refused: the command diff compares two files' },
  baseSyncId: { flag: '--base-sync-id <id>', kind: 'text', help: 'belongs to --diff-syncs' },
  appliedSyncId: { flag: '--applied-sync-id <id>', kind: 'text', help: 'belongs to --diff-syncs' },
  compactSyncs: { flag: '--compact-syncs', kind: 'switch', help: "refused: Baton's own tools compact files" },
  compactOutputPath: { flag: '--compact-output-path <folder>', kind: 'text', help: 'belongs to --compact-syncs' },
  compactFilePaths: { flag: '--compact-file-paths <files>', kind: 'list', help: 'belongs to --compact-syncs' },
  compactSyncIds: { flag: '--compact-sync-ids <ids>', kind: 'list', help: 'belongs to --compact-syncs' },
} as const satisfies Record<string, OneShotFlag>;

/** All of them, by the name that the command line parser gives them. */
export const oneShotFlags = { ...operationFlags, ...rare(otherFlags) };

function rare<Flags extends Record<string, OneShotFlag>>(
  flags: Flags,
): { readonly [Name in keyof Flags]: Flags[Name] & { readonly isRare: true } } {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, isRare: true }])) as never;
}

export type OneShotName = keyof typeof oneShotFlags;

/** What was asked for; a flag that nobody set is absent. */
export type OneShotValues = { readonly [Name in OneShotName]?: Value<(typeof oneShotFlags)[Name]> };

/** Those that say what a collector is sent, and where it is. */
export const collectorFlags = [
  'otelCollectorEndpoint',
  'otelCollectorEndpointTlsCertPath',
  'otelCollectorEndpointTlsCert',
  'otelCollectorEndpointTlsInsecure',
  'otelTracingDisabled',
  'otelLoggingDisabled',
] as const satisfies readonly OneShotName[];
