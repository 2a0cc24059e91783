import { describe, expect, it } from 'vitest';
import {
  checkListRequest,
  checkSyncId,
  optionalResourceId,
  pageLimit,
  requiredResourceId,
  requiredText,
} from '../../src/model/requests.ts';
import type { ResourceId } from '../../src/model/messages.ts';

const refusal: unknown = expect.objectContaining({ name: 'ConnectorError', kind: 'invalid' });
const fine = { pageSize: 0, pageToken: '', activeSyncId: '' };
const id = (resourceType: string, resource: string): ResourceId => ({
  $typeName: 'c1.connector.v2.ResourceId',
  resourceType,
  resource,
  batonResource: false,
});

describe('a list request', () => {
  it.each([
    {},
    { pageSize: 250 },
    { pageToken: 'x'.repeat(1024 * 1024) },
    { pageToken: '\u{1F600}'.repeat(256 * 1024) },
    { activeSyncId: 'x'.repeat(1024) },
    { activeSyncId: '\u{1F600}'.repeat(256) },
  ])('is taken at its limits (case %#)', (fields) => {
    expect(() => {
      checkListRequest({ ...fine, ...fields });
    }).not.toThrow();
  });

  it.each([
    { pageSize: 251 },
    { pageSize: 0xffffffff },
    { pageToken: 'x'.repeat(1024 * 1024 + 1) },
    { pageToken: `${'\u{1F600}'.repeat(256 * 1024)}x` },
    { activeSyncId: 'x'.repeat(1025) },
    { activeSyncId: `${'\u{1F600}'.repeat(256)}x` },
  ])('is refused beyond them, counted in bytes (case %#)', (fields) => {
    expect(() => {
      checkListRequest({ ...fine, ...fields });
    }).toThrow(refusal);
  });
});

describe('a sync id', () => {
  it('may be empty, and 1,024 bytes long', () => {
    expect(() => {
      checkSyncId('');
      checkSyncId('x'.repeat(1024));
    }).not.toThrow();
  });

  it('may not be longer', () => {
    expect(() => {
      checkSyncId('x'.repeat(1025));
    }).toThrow(refusal);
  });
});

describe('a page size', () => {
  it.each([
    [0, 250],
    [1, 1],
    [100, 100],
    [250, 250],
  ])('of %d allows %d rows', (pageSize, limit) => {
    expect(pageLimit(pageSize)).toBe(limit);
  });
});

describe('a text that must be there', () => {
  it.each(['x', 'x'.repeat(1024), '\u4E2D'.repeat(341)])('is taken as it stands (case %#)', (value) => {
    expect(requiredText(value, 'field')).toBe(value);
  });

  it.each([undefined, '', 'x'.repeat(1025), '\u4E2D'.repeat(342)])(
    'is refused when absent or too long (case %#)',
    (value) => {
      expect(() => requiredText(value, 'field')).toThrow(refusal);
      expect(() => requiredText(value, 'field')).toThrow(/^field must be 1 to 1024 bytes long$/);
    },
  );
});

describe('a resource id', () => {
  it('needs both halves', () => {
    expect(requiredResourceId(id('role', 'Editor'), 'x')).toEqual({ resourceType: 'role', resource: 'Editor' });
    expect(() => requiredResourceId(undefined, 'x')).toThrow(/x\.resource_type/);
    expect(() => requiredResourceId(id('', 'Editor'), 'x')).toThrow(/x\.resource_type/);
    expect(() => requiredResourceId(id('role', ''), 'x')).toThrow(/x\.resource must/);
  });

  it('that is optional may be absent, but not half there', () => {
    expect(optionalResourceId(undefined, 'x')).toBeUndefined();
    expect(optionalResourceId(id('role', 'Editor'), 'x')).toEqual({ resourceType: 'role', resource: 'Editor' });
    expect(() => optionalResourceId(id('role', ''), 'x')).toThrow(refusal);
  });
});
