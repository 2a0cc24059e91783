import { invalidArgument } from './api-error.ts';
import { endpoint, nothing } from './endpoint.ts';
import { defineFamily } from './family.ts';
import type { RequestBody } from './request-body.ts';
import { tenants } from './tenants.ts';

/** What a project or a tenant demands of passwords. */
export interface PasswordSettings {
  readonly enabled: boolean;
  readonly minLength: number;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly number: boolean;
  readonly nonAlphanumeric: boolean;
  readonly anyLetter: boolean;
  readonly disallowedCharacters: string;
  readonly disallowEmailMatch: boolean;
  readonly expiration: boolean;
  readonly expirationWeeks: number;
  readonly reuse: boolean;
  readonly reuseAmount: number;
  readonly lock: boolean;
  readonly lockAttempts: number;
  readonly tempLock: boolean;
  readonly tempLockAttempts: number;
  readonly tempLockDuration: number;
  readonly enablePasswordStrength: boolean;
  readonly passwordStrengthScore: number;
}

/** An empty tenant id is the project. */
export type PasswordSettingsSeed = Partial<PasswordSettings> & { readonly tenantId?: string };

const usual: PasswordSettings = {
  enabled: true,
  minLength: 8,
  lowercase: true,
  uppercase: true,
  number: true,
  nonAlphanumeric: true,
  anyLetter: false,
  disallowedCharacters: '',
  disallowEmailMatch: false,
  expiration: false,
  expirationWeeks: 0,
  reuse: false,
  reuseAmount: 0,
  lock: false,
  lockAttempts: 0,
  tempLock: false,
  tempLockAttempts: 0,
  tempLockDuration: 0,
  enablePasswordStrength: false,
  passwordStrengthScore: 0,
};

/** The password policies of the project and of tenants: independent of each other, a child tenant has its parent's. */
export const passwordSettings = defineFamily({
  name: 'passwordSettings',
  switches: {},
  sample: undefined as readonly PasswordSettingsSeed[] | undefined,
  create(host, { seeds = [] }) {
    const all = host.stateOf(tenants);
    const byTenant = new Map<string, PasswordSettings>();
    const ownerOf = (tenantId: string): string => {
      const parent = all.get(tenantId)?.parent ?? '';
      return parent === '' ? tenantId : ownerOf(parent);
    };
    const of = (tenantId: string): PasswordSettings => byTenant.get(ownerOf(tenantId)) ?? usual;
    const put = ({ tenantId = '', ...given }: PasswordSettingsSeed): PasswordSettings => {
      const made = { ...of(tenantId), ...given };
      byTenant.set(ownerOf(tenantId), made);
      return made;
    };
    for (const seed of seeds) put(seed);
    const named = (tenantId: string): string => (tenantId === '' ? '' : all.find(tenantId).id);

    return {
      state: { of },
      endpoints: {
        'GET /v1/mgmt/password/settings': endpoint([], ({ query }) => ({ json: of(named(query['tenantId'] ?? '')) })),
        // A field that is left out is reset, as the vendor's notes say of this call.
        'POST /v1/mgmt/password/settings': endpoint(['tenantId', ...Object.keys(usual)], ({ body }) => {
          put({ ...settingsIn(body), tenantId: named(body.text('tenantId')) });
          return nothing;
        }),
      },
      controls: {
        passwordSettings: (tenantId = '') => of(tenantId),
        putPasswordSettings: (seed: PasswordSettingsSeed) => put(seed),
      },
    };
  },
});

function settingsIn(body: RequestBody): PasswordSettings {
  const minLength = body.whole('minLength') ?? 0;
  if (minLength > 64) throw invalidArgument('minLength is at most 64');
  const flags = Object.entries(usual).map(([name, kind]): [string, unknown] => {
    if (typeof kind === 'boolean') return [name, body.flag(name) ?? false];
    return [name, typeof kind === 'number' ? (body.whole(name) ?? 0) : body.text(name)];
  });
  return Object.fromEntries(flags) as unknown as PasswordSettings;
}
