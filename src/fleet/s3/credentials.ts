import { z } from 'zod';
import { ConnectorError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { CredentialsPlace } from '../schema.ts';
import { secretText, type SecretSource } from '../secret-text.ts';

/** With which requests to a store are signed. */
export interface S3Credentials {
  readonly id: string;
  readonly secret: Secret;
  /** Where they are of a session, such as of an instance role. */
  readonly token: Secret | undefined;
}

/** The form in which AWS's own tools take and print them (`credential_process`). */
const form = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().min(1).optional(),
});

/** Reads credentials from where the file says they are: now, since those of a session change. */
export async function readCredentials(
  place: CredentialsPlace,
  about: Omit<SecretSource, 'what'>,
): Promise<S3Credentials> {
  if ('env' in place) {
    const { id, secret, token } = place.env;
    const of = async (name: string, what: string): Promise<string> =>
      await secretText({ env: name }, { ...about, what });
    const sessionToken = token === undefined ? '' : (about.env[token]?.trim() ?? '');
    return {
      id: await of(id, 'the id of an access key'),
      secret: new Secret(await of(secret, 'the secret of an access key')),
      token: sessionToken === '' ? undefined : new Secret(sessionToken),
    };
  }
  const text = await secretText(place, { ...about, what: 'credentials as JSON' });
  const read = form.safeParse(parsed(text));
  if (!read.success) {
    throw new ConnectorError(
      'config',
      `${about.source}: should be {"AccessKeyId": ..., "SecretAccessKey": ...}, and "SessionToken" of a session (not shown)`,
    );
  }
  const { AccessKeyId, SecretAccessKey, SessionToken } = read.data;
  return {
    id: AccessKeyId,
    secret: new Secret(SecretAccessKey),
    token: SessionToken === undefined ? undefined : new Secret(SessionToken),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
