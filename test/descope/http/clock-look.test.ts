import { afterEach, describe, expect, it } from 'vitest';
import { createClockLook } from '../../../src/descope/http/clock-look.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import { type Logger, type LogFields, silentLogger } from '../../../src/log.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { clientOf } from '../../support/embedded.ts';

const minute = 60_000;
const nowMs = Date.UTC(2026, 4, 1);

function watched(): { readonly logger: Logger; readonly lines: (readonly [string, LogFields | undefined])[] } {
  const lines: (readonly [string, LogFields | undefined])[] = [];
  return { logger: { ...silentLogger, warn: (event, fields) => void lines.push([event, fields]) }, lines };
}

describe('the clock of this machine', () => {
  it.each([
    [10 * minute, /ahead of that of Descope/, 600],
    [-730 * 24 * 60 * minute, /behind that of Descope/, 63_072_000],
  ])('that is %d ms off is told, once', (offMs, words, seconds) => {
    const { logger, lines } = watched();
    const look = createClockLook(logger, () => nowMs + offMs);

    [undefined, nowMs, nowMs].forEach(look);

    expect(lines).toEqual([[expect.stringMatching(words) as string, { seconds }]]);
  });

  it.each([0, 4 * minute, -4 * minute])('that is %d ms off is not', (offMs) => {
    const { logger, lines } = watched();
    createClockLook(logger, () => nowMs + offMs)(nowMs);

    expect(lines).toEqual([]);
  });
});

describe('a client', () => {
  let emulator: Emulator | undefined;
  afterEach(async () => await emulator?.close());

  it('looks at the clock of Descope in what it is answered', async () => {
    emulator = await startEmulator({ users: 1, switches: { clockSkewSeconds: -3_600 } });
    const { logger, lines } = watched();
    const client = clientOf(emulator, { logger });
    await client.readList(tenantList, {});
    await client.readList(tenantList, {});

    expect(lines).toEqual([
      [expect.stringContaining('ahead of that of Descope') as string, { seconds: expect.any(Number) as number }],
    ]);
  });
});
