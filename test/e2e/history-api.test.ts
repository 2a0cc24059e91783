import { execFile } from 'node:child_process';
import { request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { readPage } from '../docs/pages.ts';
import { createAuthority, putTlsFiles } from '../support/certificates.ts';
import { envOf, runCli, type RunningCli, startCli, temporaryFolder } from '../support/cli.ts';

const run = promisify(execFile);

/** The examples of clients in the page, by their language. */
const examples = [...readPage('docs/history.md').text.matchAll(/^```(sh|js|python)\n([\s\S]*?)^```/gm)]
  .map(([, language = '', code = '']) => ({ language, code }))
  .filter(({ code }) => code.includes('127.0.0.1:8081'));

describe('serve --api', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let serve: RunningCli;
  let base = '';

  beforeAll(async () => {
    folder = await temporaryFolder();
    emulator = await startEmulator();
    const env = envOf(emulator);
    expect(await runCli(['sync', '--out', 'access.db'], { cwd: folder.path, env })).toMatchObject({ code: 0 });
    serve = startCli(
      [
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--health-check-port',
        '0',
        '--history',
        join(folder.path, 'access.db'),
        '--api',
      ],
      env,
    );
    const [, pages = ''] = await serve.until(/health and metrics on (.*)\n/);
    base = pages;
  });
  afterAll(async () => {
    await serve[Symbol.asyncDispose]();
    await emulator.close();
    await folder[Symbol.asyncDispose]();
  });

  it.each(examples)('answers the example in $language', { timeout: 120_000 }, async ({ language, code }) => {
    // the store of this test is of today
    const asked = code.replaceAll('http://127.0.0.1:8081', base).replaceAll(/ --data-urlencode at=\S+/g, '');
    const [command, flag] =
      { sh: ['bash', '-c'], js: [process.execPath, '-e'], python: ['python3', '-c'] }[language] ?? [];

    const { stdout } = await run(command ?? '', [flag ?? '', asked]);

    expect(stdout).toMatch(
      {
        sh: /"question":"access".*Ada Lovelace/,
        js: /^Amara Okafor -> .*\n.*-> invoices.approve/,
        python: /^\S+Z first /,
      }[language] ?? /^$/,
    );
  });

  it('has an example of each language', () => {
    expect(examples.map(({ language }) => language)).toEqual(['sh', 'js', 'python']);
  });

  it('answers what the command line answers with --json', { timeout: 120_000 }, async () => {
    const answer = (await (await fetch(`${base}/v1/access?principal=ada.lovelace@acme.example`)).json()) as object;
    const { stdout } = await runCli(['access', 'access.db', 'ada.lovelace@acme.example', '--json'], {
      cwd: folder.path,
    });

    expect({ ...answer, file: '' }).toEqual({ ...(JSON.parse(stdout) as object), file: '' });
  });

  it('tells nobody’s name in its log and its metrics', { timeout: 120_000 }, async () => {
    await fetch(`${base}/v1/who-can?held=invoices.approve&tenant=secret-tenant`);
    const metrics = await (await fetch(`${base}/metrics`)).text();
    const log = serve.stderr();

    expect(metrics).toContain('baton_descope_questions_total{endpoint="/v1/who-can",status="404"} 1');
    expect(log).toContain('/v1/who-can');
    expect(log + metrics).not.toMatch(/lovelace|invoices\.approve|secret-tenant/i);
  });

  it(
    'answers over mutual TLS on an address of the network, and nobody without a certificate',
    { timeout: 120_000 },
    async () => {
      const [ours, stranger] = await Promise.all([createAuthority('ours'), createAuthority('stranger')]);
      const files = await putTlsFiles(folder.path, await ours.issue('server'), ours.cert);
      const flags = ['--tls-cert', files.cert, '--tls-key', files.key, '--tls-client-ca', files.clientCa];
      await using open = startCli(
        [
          'serve',
          '--listen=127.0.0.1:0',
          '--api',
          `--history=${join(folder.path, 'access.db')}`,
          '--health-check-bind-address=0.0.0.0',
          '--health-check-port=0',
          ...flags,
        ],
        envOf(emulator),
      );
      const [, port = ''] = await open.until(/questions to the store on https:\/\/0\.0\.0\.0:(\d+)\n/);
      const path = '/v1/access?principal=ada.lovelace@acme.example';
      const asked = async (caller: object): Promise<string> =>
        await new Promise((resolve) => {
          request({ host: 'localhost', port, path, ca: ours.cert, agent: false, ...caller }, (answer) => {
            let text = '';
            answer.on('data', (more: Buffer) => (text += more.toString())).once('end', () => resolve(text));
          })
            .once('error', (thrown: NodeJS.ErrnoException) => resolve(`refused: ${thrown.code}`))
            .end();
        });

      const answers = await Promise.all([await ours.issue('a'), {}, await stranger.issue('a')].map(asked));
      const plain = await fetch(`http://127.0.0.1:${port}${path}`);
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

      expect(answers).toEqual([
        expect.stringContaining('Ada Lovelace') as string,
        expect.stringMatching(/^refused: E/) as string,
        expect.stringMatching(/^refused: E/) as string,
      ]);
      expect([plain.status, await plain.text()]).toEqual([403, expect.not.stringContaining('Lovelace') as string]);
      expect(metrics).toContain('baton_descope_questions_refused_total{cause="tls"} 2\n');
      expect(metrics).toContain('baton_descope_tls_certificate_expiry_timestamp_seconds{file="tls-client-ca"}');
      expect(open.stderr()).toMatch(/(gave no certificate|not come from the CA).*"tls handshake refused"/);
      expect((await open.stop()).code).toBe(0);
    },
  );

  it.each([
    [['--api'], '--api answers from a store: name it with --history access.db'],
    [['--api', '--history', 'a.db', '--health-check-port', 'off'], '--api answers on the port of the health pages'],
    [['--api', '--history', 'a.db', '--health-check-bind-address', '0.0.0.0'], 'would tell it to the network'],
    [
      ['--api', '--history', 'a.db', '--health-check-bind-address', '0.0.0.0', '--tls-cert', 'a.pem'],
      '--tls-cert, --tls-key and --tls-client-ca go together',
    ],
  ])('is refused with %j, in one line', { timeout: 120_000 }, async (flags, words) => {
    const { code, stderr } = await runCli(['serve', '--listen', '127.0.0.1:0', ...flags], {
      cwd: folder.path,
      env: envOf(emulator),
    });

    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(stderr).toContain(words);
  });
});
