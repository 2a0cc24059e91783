import { describe, expect, it } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import type { Check } from '../../src/doctor/check.ts';
import { examine } from '../../src/doctor/doctor.ts';
import { listedTypes } from '../../src/registry.ts';

const setup = {
  problems: [],
  configFile: undefined,
  projectId: undefined,
  baseUrl: undefined,
  key: undefined,
  rateLimit: 'off',
  maxParallelFetches: 6,
  provisioning: false,
  tls: {},
  out: undefined,
} as const;

describe('the types that --include names', () => {
  it.each([
    ['access_key', ['access_key']],
    ['access_key, access_key', ['access_key']],
    [' all ', ['all']],
  ])('%j are read whatever spaces stand between them, each once', (text, types) => {
    expect(settings.include.schema.parse(text)).toEqual(types);
  });

  it.each(['ACCESS_KEY', 'access_key,', ',', 'access-key'])('%j are refused with their form', (text) => {
    expect(settings.include.schema.safeParse(text).error?.issues[0]?.message).toContain('such as access_key, or all');
  });

  it('must be there: the error says where the setting can come from, and what it takes', () => {
    expect(() => listedTypes(['foo'])).toThrow(
      /--include, BATON_INCLUDE or the config file.*"foo".*access_key, sso_configuration, idp_group, all/,
    );
    expect(() => listedTypes(['user'])).toThrow(/"user", which is read anyway/);
  });

  it('are a failed check of doctor where one is unknown, among its others', async () => {
    const checks: Check[] = [];
    for await (const check of examine({ ...setup, include: ['foo'] })) {
      checks.push(check);
    }

    expect(checks.find(({ name }) => name === 'settings')).toMatchObject({ level: 'fail', kind: 'config' });
    expect(checks.length).toBeGreaterThan(2);
  });
});
