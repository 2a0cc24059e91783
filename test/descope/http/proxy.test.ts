import { describe, expect, it } from 'vitest';
import { chooseProxy } from '../../../src/descope/http/proxy.ts';

const descope = 'https://api.descope.com';
const place = (baseUrl: string, env: Record<string, string>): string | undefined => chooseProxy(baseUrl, env)?.place;

describe('the proxy', () => {
  it.each([
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy.example:3128' }, 'proxy.example:3128'],
    ['https_proxy', { https_proxy: 'http://proxy.example:3128' }, 'proxy.example:3128'],
    [
      'the one in capitals first',
      { https_proxy: 'http://other:1', HTTPS_PROXY: 'http://proxy.example:3128' },
      'proxy.example:3128',
    ],
    ['one without a scheme', { HTTPS_PROXY: 'proxy.example:3128' }, 'proxy.example:3128'],
    ['one without a port', { HTTPS_PROXY: 'http://proxy.example' }, 'proxy.example:80'],
    ['one that speaks TLS', { HTTPS_PROXY: 'https://proxy.example' }, 'proxy.example:443'],
    ['an IPv6 one', { HTTPS_PROXY: 'http://[2001:db8::1]:3128' }, '[2001:db8::1]:3128'],
    ['none', {}, undefined],
    ['an empty one', { HTTPS_PROXY: ' ' }, undefined],
    ['the one for http, which Descope is not asked over', { HTTP_PROXY: 'http://proxy.example:3128' }, undefined],
  ])('is taken from the environment: %s', (_, env, expected) => {
    expect(place(descope, env)).toBe(expected);
  });

  it.each(['http://127.0.0.1:18090', 'http://localhost:1', 'http://[::1]:1', 'https://127.0.0.7:1'])(
    'is never asked for %s',
    (baseUrl) => {
      expect(
        place(baseUrl, { HTTP_PROXY: 'http://proxy.example:1', HTTPS_PROXY: 'http://proxy.example:1' }),
      ).toBeUndefined();
    },
  );

  it.each([
    [descope, '*', true],
    [descope, 'api.descope.com', true],
    [descope, 'API.Descope.COM', true],
    [descope, 'descope.com', true],
    [descope, '.descope.com', true],
    [descope, '*.descope.com', true],
    [descope, 'intranet, descope.com', true],
    [descope, 'intranet descope.com', true],
    [descope, 'api.descope.com:443', true],
    [descope, 'api.descope.com:8443', false],
    [descope, 'cope.com', false],
    [descope, 'api.descope.com.example', false],
    [descope, '', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3:8443', '10.1.2.3:8443', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '1.2.3', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://[2001:db8::1]', '2001:db8::/32', true],
    ['https://[2001:db8::1]', '[2001:db8::1]:443', true],
    ['https://[2001:db8::1]', '10.0.0.0/8', false],
  ])('is left out for %s where NO_PROXY is "%s": %s', (baseUrl, noProxy, isLeftOut) => {
    expect(place(baseUrl, { HTTPS_PROXY: 'http://proxy.example:1', NO_PROXY: noProxy }) === undefined).toBe(isLeftOut);
  });

  it.each([
    ['socks5://user:secret@proxy.example:1080', /^HTTPS_PROXY names a proxy that speaks socks5: only http/],
    ['http://', /^HTTPS_PROXY is not the address of a proxy/],
    ['http://us er:secret@:3128', /^HTTPS_PROXY is not the address of a proxy/],
  ])('that cannot be used is refused, and its password not shown: %s', (text, expected) => {
    let message = '';
    try {
      chooseProxy(descope, { HTTPS_PROXY: text });
    } catch (thrown) {
      message = (thrown as Error).message;
    }

    expect(message).toMatch(expected);
    expect(message).not.toContain('secret');
  });
});
