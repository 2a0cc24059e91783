import { describe, expect, it } from 'vitest';
import { permissionList } from '../../src/descope/permissions.ts';
import { roleList } from '../../src/descope/roles.ts';
import { tenantList } from '../../src/descope/tenants.ts';
import { decodeWholeList } from '../../src/descope/whole-list.ts';

const decodeTenants = (json: unknown) => decodeWholeList(tenantList, json);
const decodeRoles = (json: unknown) => decodeWholeList(roleList, json);
const decodePermissions = (json: unknown) => decodeWholeList(permissionList, json);

const contractFault = expect.objectContaining({ kind: 'upstream-contract' });

describe('a list of tenants, roles or permissions', () => {
  it.each([
    ['tenants', decodeTenants],
    ['roles', decodeRoles],
    ['permissions', decodePermissions],
  ] as const)('of %s is taken empty, and refused when it is not a list', (key, parse) => {
    expect(parse({ [key]: [] })).toEqual([]);
    for (const json of [
      {},
      [],
      null,
      { [key]: null },
      { [key]: {} },
      { [key]: [null] },
      { [key]: [{}] },
      { [key]: [], errorCode: 'E011001' },
    ]) {
      expect(() => parse(json)).toThrow(contractFault);
    }
  });

  it.each([
    [
      'tenant',
      () =>
        decodeTenants({
          tenants: [
            { id: 'T1', name: 'a' },
            { id: 'T1', name: 'b' },
          ],
        }),
      'tenant "T1" is listed twice (rows 1 and 2)',
    ],
    [
      'project role',
      () => decodeRoles({ roles: [{ name: 'R' }, { name: 'R', tenantId: '' }] }),
      'role "R" is listed twice (rows 1 and 2)',
    ],
    [
      'tenant role',
      () =>
        decodeRoles({
          roles: [
            { name: 'R', tenantId: 'T1' },
            { name: 'R', tenantId: 'T1' },
          ],
        }),
      'role "R" of tenant "T1" is listed twice (rows 1 and 2)',
    ],
    [
      'permission',
      () => decodePermissions({ permissions: [{ name: 'P' }, { name: 'Q' }, { name: 'P' }] }),
      'permission "P" is listed twice (rows 1 and 3)',
    ],
  ])('that holds a %s twice is refused, with its name', (_, parse, told) => {
    expect(parse).toThrow(contractFault);
    expect(parse).toThrow(told);
  });

  it.each([
    [
      'tenant',
      () => decodeTenants({ tenants: [{ id: 'T1', domains: 'private.example' }] }),
      'tenant "T1", tenants[0]: "domains" is not a list of strings',
    ],
    [
      'role',
      () => decodeRoles({ roles: [{ name: 'R', tenantId: 'T1', default: 'private' }] }),
      'role "R" of tenant "T1", roles[0]: "default" is not a boolean',
    ],
    [
      'permission',
      () => decodePermissions({ permissions: [{ name: 'P', description: ['private'] }] }),
      'permission "P", permissions[0]: "description" is not a string',
    ],
  ])('that holds a broken %s says which one', (_, parse, told) => {
    expect(parse).toThrow(told);
    expect(parse).not.toThrow('private');
  });

  it('keeps roles of one name apart that belong to different tenants or differ in case', () => {
    const roles = [{ name: 'R' }, { name: 'R', tenantId: 'T1' }, { name: 'R', tenantId: 'T2' }, { name: 'r' }];

    expect(decodeRoles({ roles }).map(({ tenantId, name }) => [tenantId, name])).toEqual([
      ['', 'R'],
      ['T1', 'R'],
      ['T2', 'R'],
      ['', 'r'],
    ]);
  });

  it('is not misled by an identity that is a name of the prototype', () => {
    const names = ['__proto__', 'constructor', 'toString'];

    expect(decodePermissions({ permissions: names.map((name) => ({ name })) }).map(({ name }) => name)).toEqual(names);
    expect(decodeTenants({ tenants: names.map((id) => ({ id })) }).map(({ id }) => id)).toEqual(names);
  });

  it('is read with every field missing that may be missing', () => {
    expect(decodeTenants({ tenants: [{ id: 'T1', parent: null }] })).toEqual([
      {
        id: 'T1',
        name: '',
        domains: [],
        selfProvisioningDomains: [],
        authType: '',
        enforceSso: false,
        enforceSsoExclusions: [],
        disabled: false,
        parent: '',
        roleInheritance: '',
        defaultRoles: [],
        customAttributes: {},
        createdTime: undefined,
      },
    ]);
    expect(decodeRoles({ roles: [{ name: 'R' }] })).toEqual([
      {
        id: '',
        name: 'R',
        description: '',
        permissionNames: [],
        tenantId: '',
        isDefault: false,
        isPrivate: false,
        createdTime: undefined,
      },
    ]);
    expect(decodePermissions({ permissions: [{ name: 'P' }] })).toEqual([
      { id: '', name: 'P', description: '', systemDefault: false },
    ]);
  });

  it('is read with every field there is', () => {
    const role = {
      id: 'R1',
      name: 'R',
      description: 'd',
      permissionNames: ['P'],
      tenantId: 'T1',
      default: true,
      private: true,
      createdTime: 5,
      hidden: true,
    };

    expect(decodeRoles({ roles: [role] })).toEqual([
      {
        id: 'R1',
        name: 'R',
        description: 'd',
        permissionNames: ['P'],
        tenantId: 'T1',
        isDefault: true,
        isPrivate: true,
        createdTime: 5,
      },
    ]);
    expect(
      decodePermissions({ permissions: [{ id: 'P1', name: 'P', description: 'd', systemDefault: true }] }),
    ).toEqual([{ id: 'P1', name: 'P', description: 'd', systemDefault: true }]);
  });

  it.each([
    ['a role without a name', () => decodeRoles({ roles: [{ id: 'R1' }] })],
    ['a role whose tenant is a number', () => decodeRoles({ roles: [{ name: 'R', tenantId: 7 }] })],
    ['a role with a permission that is null', () => decodeRoles({ roles: [{ name: 'R', permissionNames: [null] }] })],
    ['a tenant whose id is a number', () => decodeTenants({ tenants: [{ id: 7 }] })],
    ['a tenant whose parent is broken', () => decodeTenants({ tenants: [{ id: 'T1', parent: '\udc00' }] })],
    ['a permission with a broken name', () => decodePermissions({ permissions: [{ name: '\ud83d' }] })],
  ])('is refused for %s', (_, parse) => {
    expect(parse).toThrow(contractFault);
  });
});
