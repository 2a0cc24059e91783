import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { consoleStream } from '../../src/cli/console-stream.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { processRunId } from '../../src/cli/safe-text.ts';
import { type LogFields, type Logger, whereItBroke, withFields } from '../../src/log.ts';

/** What a logger writes, in each of its two formats. */
function written(format: 'json' | 'console', write: (logger: Logger) => void, level = 'debug'): string {
  const out = new PassThrough();
  write(createLogger(level, format, format === 'json' ? out : consoleStream(out, false)));
  return String(out.read() ?? '');
}

const formats = ['json', 'console'] as const;

describe.each(formats)('a log line (%s)', (format) => {
  it('has the event, its fields and the run id of the process', () => {
    const text = written(format, (logger) => logger.info('sync complete', { users: 12, file: 'a b.json' }));

    expect(text).toContain('sync complete');
    expect(text).toContain('a b.json');
    expect(text).toContain(processRunId);
    expect(text).toMatch(/info/i);
  });

  it('has no field that is not listed, not even from somebody who goes around the types', () => {
    const sneaked = {
      users: 1,
      email: 'canary-email',
      principal: 'canary-principal',
      name: 'canary-name',
      managementKey: 'canary-key',
      headers: { authorization: 'canary-bearer' },
      msg: 'canary-msg',
      level: 'canary-level',
      err: new Error('canary-error'),
    };

    const text = written(format, (logger) => logger.warn('event', sneaked));

    expect(text).toContain('event');
    expect(text).not.toContain('canary');
  });

  it('shows no object or list in a listed field', () => {
    const text = written(format, (logger) =>
      logger.warn('event', { reason: { deep: 'canary' }, cause: ['canary'] } as unknown as LogFields),
    );

    expect(text).not.toContain('canary');
  });

  it('shows no address that a text has in it', () => {
    const text = written(format, (logger) =>
      logger.error('failed for ada@acme.example', {
        reason: '"ada.lovelace@acme.example" is a login id of <bob@x.example>; jürgen@münchen.example',
      }),
    );

    // "ada" could be a piece of the run id, which is a random hexadecimal number.
    expect(text.replaceAll(processRunId, '')).not.toMatch(/ada|bob|jürgen|acme|münchen/);
    expect(text).toContain('is a login id of');
    expect(text.match(/\[address\]/g)).toHaveLength(4);
  });

  it.each([
    ['a line end', '\n'],
    ['both kinds of line end', '\r\n'],
    ['an escape code', '\u001B[2J'],
    ['a line separator', '\u2028'],
    ['a mark that turns the direction', '\u202E'],
    ['a null', '\u0000'],
    ['a C1 control', '\u009B31m'],
  ])('cannot be split or dressed up by %s', (_name, mark) => {
    const text = written(format, (logger) =>
      logger.info(`one${mark}two`, { reason: `x${mark}{"level":"error"}`, note: mark }),
    );

    expect(text.trimEnd().split(/[\n\r\u2028]/)).toHaveLength(1);
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202E]/u);
    expect(text).toContain('one');
    expect(text).toContain('two');
  });

  it('is short, however long a text is', () => {
    expect(written(format, (logger) => logger.info('event', { reason: 'x'.repeat(1_000_000) })).length).toBeLessThan(
      2_000,
    );
  });

  it('is left out below the level', () => {
    expect(written(format, (logger) => logger.info('event'), 'warn')).toBe('');
  });
});

describe('a json line', () => {
  it('is one object with level, time, run and message', () => {
    const text = written('json', (logger) =>
      withFields(logger, () => ({ sync: 'S1' })).error('sync failed', { kind: 'timeout' }),
    );

    expect(JSON.parse(text)).toEqual({
      level: 'error',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      run: processRunId,
      sync: 'S1',
      kind: 'timeout',
      msg: 'sync failed',
    });
  });
});

describe('what is told of a bug', () => {
  it('is its kind and place, and not its message, which can quote a record', () => {
    const bug = ((): unknown => {
      try {
        return JSON.parse('canary@acme.example');
      } catch (thrown) {
        return thrown;
      }
    })();

    const fields = whereItBroke(bug);

    expect((bug as Error).message).toContain('canary');
    expect(JSON.stringify(fields)).not.toContain('canary');
    expect(fields.cause).toBe('SyntaxError');
    expect(fields.at).toContain('logger.test.ts');
    expect(whereItBroke('thrown text')).toEqual({ cause: 'string' });
  });
});
