import { createAgents } from '../descope/http/route.ts';
import { type Check, fail, ok } from '../doctor/check.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject, Webhook } from '../fleet/fleet.ts';
import type { SendToHook } from '../fleet/webhooks/deliver.ts';
import { readSecrets } from '../fleet/webhooks/secrets.ts';
import { sendEvent } from '../fleet/webhooks/send.ts';
import type { Secret } from '../secret.ts';
import type { CommandContext } from './command-context.ts';
import { routeTo } from './route.ts';

const connectMs = 10_000;

/** Sends events to webhooks, with secrets as they are then. */
export function hookSender(env: CommandContext['env']): SendToHook {
  return async (project, hook, event, signal) =>
    await sendEvent(event, {
      url: hook.url,
      secrets: await secretsOf(project, hook, { env, signal }),
      agent: createAgents(routeTo(hook.url, project.settings.caFile, env), connectMs),
      nowMs: Date.now(),
      signal,
    });
}

/** Where a webhook is, as it may be shown: the rest of an address may be a secret. */
export function shownHook({ url }: Webhook): string {
  return new URL(url).origin;
}

/** Whether the secrets of the webhooks of a project are there. Nothing is sent. */
export async function checkHooks(
  project: FleetProject,
  context: Pick<CommandContext, 'env' | 'signal'>,
): Promise<readonly Check[]> {
  return await Promise.all(
    project.webhooks.map(async (hook) => {
      try {
        await secretsOf(project, hook, context);
        return ok('webhook', `${shownHook(hook)} has a secret; nothing was sent there`);
      } catch (thrown) {
        if (!(thrown instanceof ConnectorError) || thrown.kind === 'cancelled') {
          throw thrown;
        }
        return fail(thrown.kind, 'webhook', thrown.message, 'Mend it, and run fleet doctor again.');
      }
    }),
  );
}

async function secretsOf(
  { place, name, base }: FleetProject,
  hook: Webhook,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<readonly Secret[]> {
  const source = `${place} ${name}: secret of the webhook at ${shownHook(hook)}`;
  return await readSecrets(hook.secret, { source, base, env, signal });
}
