import { createHmac } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import got from 'got';
import { ConnectorError } from '../../errors.ts';
import { osReason } from '../../os-reasons.ts';
import type { Secret } from '../../secret.ts';
import { version } from '../../version.ts';

export interface SendOptions {
  readonly url: string;
  /** One or several, in whose names it is signed: a receiver that changes its secret takes either. */
  readonly secrets: readonly Secret[];
  readonly agent?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly times?: { readonly connectMs: number; readonly answerMs: number };
}

/** How sending went; `isFinal` where the receiver wants no more of it. */
export type Sent = 'sent' | { readonly message: string; readonly isFinal: boolean };

const usualTimes = { connectMs: 10_000, answerMs: 15_000 };

/**
 * Sends one event, once, signed as Standard Webhooks says. No redirect is followed, and of the answer nothing is read but
 * its status. Throws where the signal fires.
 */
export async function sendEvent(
  { id, body }: { readonly id: string; readonly body: string },
  { url, secrets, agent, nowMs, signal, times: { connectMs, answerMs } = usualTimes }: SendOptions,
): Promise<Sent> {
  const seconds = Math.floor(nowMs / 1_000);
  const told = new URL(url).origin;
  const stream = got.stream.post(url, {
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': `baton-descope/${version}`,
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': secrets.map((secret) => signature(secret, `${id}.${seconds}.${body}`)).join(' '),
    },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    ...(agent !== undefined && { agent }),
    timeout: { lookup: connectMs, connect: connectMs, secureConnect: connectMs, response: answerMs, send: answerMs },
    https: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    signal,
  });
  stream.end(body);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      stream.once('response', ({ statusCode }: { readonly statusCode: number }) => resolve(statusCode));
      stream.once('error', reject);
    });
    return status >= 200 && status < 300
      ? 'sent'
      : { message: `${told} answered ${status}${meanings[status] ?? ''}`, isFinal: status === 410 };
  } catch (thrown) {
    if (signal.aborted) {
      throw new ConnectorError('cancelled', 'stopped while an event was sent');
    }
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError';
    return {
      message: isLate ? `${told} did not answer in time` : `${told} cannot be reached (${osReason(thrown)})`,
      isFinal: false,
    };
  } finally {
    stream.on('error', () => undefined).destroy(); // what else it says is not read
  }
}

/** As Standard Webhooks has it: the secret is base64 behind its prefix. */
function signature(secret: Secret, text: string): string {
  const key = Buffer.from(secret.reveal().slice(secretPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

const secretPrefix = 'whsec_';

const meanings: Readonly<Record<number, string>> = {
  301: ', a redirect, which is not followed',
  302: ', a redirect, which is not followed',
  303: ', a redirect, which is not followed',
  307: ', a redirect, which is not followed',
  308: ', a redirect, which is not followed',
  401: ': does it have the same secret?',
  403: ': does it have the same secret?',
  410: ': it wants no more events',
  413: ': it takes no event of this size',
};
