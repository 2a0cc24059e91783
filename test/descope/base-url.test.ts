import { describe, expect, it } from 'vitest';
import { deriveBaseUrl, parseBaseUrl, parseProjectId } from '../../src/descope/base-url.ts';
import { ConnectorError } from '../../src/errors.ts';

const twentySevenMore = 'abcdefghijklmnopqrstuvwxyz1';

describe('deriveBaseUrl', () => {
  it.each([
    ['a project without a region', `P${twentySevenMore}`, 'https://api.descope.com'],
    ['a project in the US region', `Puse1${twentySevenMore}`, 'https://api.use1.descope.com'],
    ['a project in the EU region', `Peuc1${twentySevenMore}`, 'https://api.euc1.descope.com'],
    ['an id of 31 characters', `Peuc${twentySevenMore}`, 'https://api.descope.com'],
    ['an id of 33 characters', `Peuc12${twentySevenMore}`, 'https://api.descope.com'],
    ['an id that begins with another letter', `Xeuc1${twentySevenMore}`, 'https://api.descope.com'],
    ['a region with a capital letter', `PEuc1${twentySevenMore}`, 'https://api.descope.com'],
    ['a region with a dash', `Pe-c1${twentySevenMore}`, 'https://api.descope.com'],
    ['a region with an underscore', `Pe_c1${twentySevenMore}`, 'https://api.descope.com'],
  ])('finds the host of %s', (_, projectId, expected) => {
    expect(deriveBaseUrl(projectId)).toBe(expected);
  });
});

describe('parseProjectId', () => {
  it('trims what was pasted around it', () => {
    expect(parseProjectId(' \tP2abc_-9\n')).toBe('P2abc_-9');
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a slash', 'P2/abc'],
    ['a dot', 'P2.evil.example'],
    ['a line break inside', 'P2\r\nx-header: 1'],
    ['a colon', 'P2:key'],
    ['letters outside ASCII', 'P2é'],
    ['65 characters', 'P'.repeat(65)],
  ])('refuses %s', (_, value) => {
    expect(() => parseProjectId(value)).toThrow(expect.objectContaining({ kind: 'config' }));
  });

  it('takes 64 characters', () => {
    expect(parseProjectId('P'.repeat(64))).toHaveLength(64);
  });
});

describe('parseBaseUrl', () => {
  it.each([
    ['https://api.descope.com', 'https://api.descope.com'],
    [' https://api.descope.com/ ', 'https://api.descope.com'],
    ['https://auth.example.com///', 'https://auth.example.com'],
    ['https://gateway.example.com/descope/', 'https://gateway.example.com/descope'],
    ['https://API.Descope.com:443', 'https://api.descope.com'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://127.9.9.9', 'http://127.9.9.9'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('takes %j as %s', (value, expected) => {
    expect(parseBaseUrl(value)).toBe(expected);
  });

  it.each([
    ['something that is no URL', 'api.descope.com'],
    ['nothing', ''],
    ['plain http', 'http://api.descope.com'],
    ['plain http to a host that only begins like loopback', 'http://127.0.0.1.evil.example'],
    ['plain http to a host that only begins like localhost', 'http://localhost.evil.example'],
    ['another scheme', 'ftp://127.0.0.1'],
    ['a file', 'file:///etc/passwd'],
    ['a user name', 'https://user@api.descope.com'],
    ['a password', 'https://:secret@api.descope.com'],
    ['a query', 'https://api.descope.com/?a=1'],
    ['a fragment', 'https://api.descope.com/#a'],
  ])('refuses %s', (_, value) => {
    expect(() => parseBaseUrl(value)).toThrow(expect.objectContaining({ kind: 'config' }));
  });

  it('does not repeat a password in its message', () => {
    let thrown: unknown;
    try {
      parseBaseUrl('http://user:hunter2@api.descope.com/?k=hunter2');
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(ConnectorError);
    expect(String(thrown)).not.toContain('hunter2');
  });
});
