import { describe, expect, it } from 'vitest';
import { type AskedAccount, readAccount } from '../../src/provisioning/account-request.ts';

const asked = (profile: AskedAccount['profile'], called?: AskedAccount['called']): AskedAccount => ({
  login: '',
  loginAliases: [],
  emails: [],
  profile,
  ...(called && { called }),
});
const flag = (field: string): string => `--${field.replaceAll('_', '-')}`;

describe('a field of an account that is wrong', () => {
  it.each([
    [{}, 'login_id'],
    [{ login_id: 'a', email: 'x' }, 'email'],
    [{ login_id: 'a', phone: 'x' }, 'phone'],
    [{ login_id: 'a\u202E' }, 'login_id'],
    [{ login_id: 'a', verified_email: true }, 'verified_email'],
    [{ login_id: 'a', verified_phone: true }, 'verified_phone'],
    [{ login_id: 'a', tenant_ids: 7 }, 'tenant_ids'],
    [{ login_id: 'a', custom_attributes: '[]' }, 'custom_attributes'],
    [{ login_id: 'a', test: 'perhaps' }, 'test'],
    [{ login_id: 'a@x.test', send_invite: true, create_disabled: true }, 'create_disabled'],
    [{ login_id: 'a', send_invite: true }, 'send_invite'],
  ])('%j is named %s, and as whoever asked wrote it', (profile, field) => {
    expect(() => readAccount(asked(profile))).toThrow(field);
    expect(() => readAccount(asked(profile, flag))).toThrow(flag(field));
    expect(() => readAccount(asked(profile, flag))).not.toThrow(/[a-z]_[a-z]/);
  });

  it.each([',', ',,', ' , '])('is a list of tenants that names none: %j', (tenants) => {
    expect(() => readAccount(asked({ login_id: 'a', tenant_ids: tenants }))).toThrow(
      'tenant_ids has nothing between its commas',
    );
  });

  it.each([undefined, null, '', ' ', []])('is not a list of tenants that is left out: %j', (tenants) => {
    expect(readAccount(asked({ login_id: 'a', ...(tenants !== undefined && { tenant_ids: tenants }) }))).toMatchObject({
      tenantIds: [],
    });
  });

  it('is not a list with a comma too many', () => {
    expect(readAccount(asked({ login_id: 'a', tenant_ids: 'acme,,initech,' })).tenantIds).toEqual(['acme', 'initech']);
  });
});
