import { type Check, fail, ok, skip } from '../doctor/check.ts';
import { ConnectorError } from '../errors.ts';
import type { ConnectorServiceGetMetadataResponse } from '../model/messages.ts';
import type { ClientId } from './client-id.ts';
import { sayHello } from './hello.ts';
import type { Platform } from './platform.ts';
import type { TokenSource } from './token.ts';

export interface PlatformToCheck {
  readonly token: TokenSource;
  readonly platform: Pick<Platform, 'hello'>;
  readonly metadata: ConnectorServiceGetMetadataResponse['metadata'];
}

/** Looks whether the platform lets us in: a token, and a hello. No task is asked for. */
export async function checkPlatform(
  { name, address }: ClientId,
  { token, platform, metadata }: PlatformToCheck,
): Promise<readonly Check[]> {
  const client = ok('client id', `${name}, at ${address}`);
  const refusedToken = await failureOf(() => token.header());
  if (refusedToken !== undefined) {
    return [client, failed('platform token', refusedToken), skip('platform hello', 'not said: there is no token')];
  }
  const refusedHello = await failureOf(() => sayHello(platform, metadata));
  return [
    client,
    ok('platform token', 'the platform gave one for the client id and secret'),
    refusedHello === undefined
      ? ok('platform hello', 'the platform took it, and shows this connector as connected')
      : failed('platform hello', refusedHello),
  ];
}

async function failureOf(work: () => Promise<unknown>): Promise<ConnectorError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return thrown;
    }
    throw thrown;
  }
}

/** What our errors say behind the semicolon is the remedy. */
function failed(name: string, { kind, message }: ConnectorError): Check {
  const [what = message, ...remedy] = message.split('; ');
  return fail(kind, name, what, remedy.length === 0 ? 'Try again; then look at the network path.' : remedy.join('; '));
}
