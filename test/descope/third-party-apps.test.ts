import { describe, expect, it } from 'vitest';
import { consentList } from '../../src/descope/consents.ts';
import { thirdPartyAppList } from '../../src/descope/third-party-apps.ts';

describe('a third-party app', () => {
  it('is read without any secret of it', () => {
    const app = thirdPartyAppList.decode({
      id: 'TPA1',
      name: 'Ledger',
      clientId: 'client-1',
      dynamic: true,
      status: 'active',
      skipConsentScreen: true,
      allowedTenants: ['acme'],
      permissionsScopes: [{ name: 'invoices', values: ['Auditor'], optional: true, token: 'canary-1' }],
      clientSecret: 'canary-2',
      hashedSecret: 'canary-3',
      sessionSettings: { key: 'canary-4' },
    });

    expect(app).toEqual({
      id: 'TPA1',
      clientId: 'client-1',
      name: 'Ledger',
      description: '',
      status: 'active',
      isDynamic: true,
      skipsConsentScreen: true,
      allowedTenants: ['acme'],
      scopes: [{ name: 'invoices', values: ['Auditor'], isOptional: true }],
    });
  });

  it('without an id is a fault of the answer', () => {
    expect(() => thirdPartyAppList.decode({ name: 'Ledger' })).toThrow('"id" is missing');
  });
});

describe('a consent', () => {
  it('is read with its times in seconds, whichever way the end is spelt, and without a token', () => {
    const consent = {
      id: 'C1',
      appId: 'TPA1',
      userId: 'ann',
      scopes: ['invoices'],
      grantedBy: 'ann',
      createdTime: '1700000000',
      refreshToken: 'canary-1',
    };
    const read = {
      id: 'C1',
      appId: 'TPA1',
      userId: 'ann',
      tenantId: '',
      scopes: ['invoices'],
      grantedBy: 'ann',
      createdTime: 1_700_000_000,
    };

    expect(consentList.decode(consent)).toEqual({ ...read, expireTime: 0 });
    expect(consentList.decode({ ...consent, ExpireTime: 5 })).toEqual({ ...read, expireTime: 5 });
    expect(consentList.decode({ ...consent, expireTime: 6 })).toEqual({ ...read, expireTime: 6 });
  });

  it('to no app is a fault of the answer', () => {
    expect(() => consentList.decode({ id: 'C1' })).toThrow('"appId" is missing');
  });
});
