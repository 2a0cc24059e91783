import { PassThrough } from 'node:stream';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditOptions, openAudit } from '../../src/cli/audit.ts';
import { silentLogger } from '../../src/log.ts';
import type { AuditEntry } from '../../src/provisioning/audit.ts';
import { temporaryFolder } from '../support/cli.ts';

/** Standard error, as a terminal or not, and what was written to it. */
function errorOutput(isTTY: boolean): { readonly output: NodeJS.WriteStream; readonly text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return { output: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, text: () => text };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function entry(outcome: AuditEntry['outcome'], over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time: '2026-11-29T18:20:53.937Z',
    requestId: 'r-1',
    operation: 'grant',
    entitlement: 'role:Editor:assigned',
    principal: 'U2Ada',
    outcome,
    writes: 0,
    ...over,
  };
}

describe('an audit line without a file', () => {
  it.each([
    ['goes to standard error as JSON where a program reads it', { isTTY: false }, undefined],
    ['goes there as JSON, on a terminal too, where that was asked for', { isTTY: true }, 'json'],
    ['goes there as JSON where the log is for people but nobody sits there', { isTTY: false }, 'console'],
  ] as const)('%s', async (_what, { isTTY }, logFormat) => {
    const { output, text } = errorOutput(isTTY);
    await using audit = await openAudit({ auditLog: undefined, logFormat }, { logger: silentLogger, output });

    await audit.append(entry('intended'));
    await audit.append(entry('granted'));
    await settled();

    expect(text()).toBe(
      `${JSON.stringify({ audit: entry('intended') })}\n${JSON.stringify({ audit: entry('granted') })}\n`,
    );
  });

  it('is a sentence on a terminal, after the one answer that a command gives', async () => {
    const { output, text } = errorOutput(true);
    const options: AuditOptions = { logger: silentLogger, isOneAnswer: true, output };
    {
      await using audit = await openAudit({ auditLog: undefined, logFormat: undefined }, options);
      await audit.append(entry('intended'));
      await audit.append(entry('granted'));
      await settled();
      expect(text()).toBe('');
    }
    await settled();

    expect(text()).toBe(
      'Audit: 2026-11-29T18:20:53.937Z grant role:Editor:assigned for U2Ada: granted,\n  request r-1; this line is ' +
        'stored nowhere else: name a file with --audit-log\n',
    );
  });

  it('is a sentence on the terminal of a server at once, and holds nothing that moves the cursor', async () => {
    const { output, text } = errorOutput(true);
    await using audit = await openAudit(
      { auditLog: undefined, logFormat: undefined },
      { logger: silentLogger, output },
    );

    await audit.append(entry('refused', { entitlement: 'role:\u001b[2J\nGranted:assigned', principal: '\u202eadA' }));
    await settled();

    expect(text()).toContain('grant role:\\u{1b}[2J\\u{a}Granted:assigned for\n  \\u{202e}adA: refused');
  });

  it('that standard error does not take is an error, so that nothing is sent', async () => {
    const { output } = errorOutput(false);
    output.on('error', () => undefined);
    output.destroy(Object.assign(new Error('closed'), { code: 'EPIPE' }));
    await using audit = await openAudit(
      { auditLog: undefined, logFormat: undefined },
      { logger: silentLogger, output },
    );

    await expect(audit.append(entry('intended'))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('name a file with --audit-log'),
    });
  });
});

describe('an audit line with a file', () => {
  it('stands in it alone', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const { output, text } = errorOutput(false);
    {
      await using audit = await openAudit({ auditLog: path, logFormat: undefined }, { logger: silentLogger, output });
      await audit.append(entry('granted'));
    }

    expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(entry('granted'))}\n`);
    expect(text()).toBe('');
  });

  it('that the file does not take goes to standard error; an announcement does not, since nothing follows it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const { output, text } = errorOutput(false);
    await using audit = await openAudit({ auditLog: path, logFormat: undefined }, { logger: silentLogger, output });
    await rm(folder.path, { recursive: true });

    await expect(audit.append(entry('intended'))).rejects.toMatchObject({ kind: 'local-io' });
    await expect(audit.append(entry('granted'))).rejects.toMatchObject({ kind: 'local-io' });
    await settled();

    expect(text()).toBe(`${JSON.stringify({ audit: entry('granted') })}\n`);
  });

  it('that was moved is told in the log, and goes on under its name', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const warned: string[] = [];
    await using audit = await openAudit(
      { auditLog: path, logFormat: undefined },
      { logger: { ...silentLogger, warn: (event) => void warned.push(event) }, output: errorOutput(false).output },
    );

    await rm(path);
    await audit.append(entry('granted'));

    expect(warned).toEqual(['the audit log was moved or removed, and a new one was begun']);
    expect(await readFile(path, 'utf8')).toContain('granted');
  });
});

it('is refused where "-" is given for a file: other programs mean a standard stream by it', async () => {
  await expect(openAudit({ auditLog: '-', logFormat: undefined }, { logger: silentLogger })).rejects.toThrow(
    '--audit-log takes the name of a file, not "-"',
  );
});
