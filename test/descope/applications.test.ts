import { describe, expect, it } from 'vitest';
import { applicationList } from '../../src/descope/applications.ts';
import { decodeWholeList } from '../../src/descope/whole-list.ts';

describe('an application', () => {
  it('is read without any secret, key or certificate of it', () => {
    const app = applicationList.decode({
      id: 'SA1',
      name: 'Wiki',
      enabled: true,
      appType: 'saml',
      samlSettings: { groupsMapping: [{ name: 'hr' }, { name: 'it' }], certificate: 'canary-1', signKey: 'canary-2' },
      oidcSettings: { clientSecret: 'canary-3' },
      wsfedSettings: { token: 'canary-4' },
      customSettings: { anything: 'canary-5' },
    });

    expect(app).toEqual({ id: 'SA1', name: 'Wiki', description: '', isEnabled: true, type: 'saml', mappedGroups: 2 });
  });

  it('without an id, or listed twice, is a fault of the answer and never left out', () => {
    expect(() => decodeWholeList(applicationList, { apps: [{ name: 'Wiki' }] })).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() => decodeWholeList(applicationList, { apps: [{ id: 'a' }, { id: 'a' }] })).toThrow(/listed twice/);
    expect(() => decodeWholeList(applicationList, {})).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
  });
});
