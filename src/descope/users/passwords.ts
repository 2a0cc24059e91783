import type { Secret } from '../../secret.ts';
import { answerObject, decodeAnswer } from '../answer-shape.ts';
import { flag, integer, type JsonObject, text } from '../decode.ts';
import type { CallOptions } from '../http/call.ts';
import type { ReadEndpoint, WriteEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { isKind } from '../../errors.ts';
import { unansweredOf } from '../write-outcome.ts';
import type { AcceptedOutcome } from './user-lifecycle.ts';

/** The policy of passwords, and the call that sets one to be changed at the next login. */
export const passwordEndpoints = {
  passwordSettings: {
    method: 'GET',
    path: '/v1/mgmt/password/settings',
    effect: 'read',
    answers: 'one',
    bucket: 'general',
  },
  setTemporaryPassword: {
    method: 'POST',
    path: '/v1/mgmt/user/password/set/temporary',
    effect: 'write',
    answers: 'one',
    bucket: 'user',
  },
} as const satisfies Record<string, ReadEndpoint | WriteEndpoint>;

/** The calls that end a password, or set one that stays. */
export const passwordUpkeepEndpoints = {
  setActivePassword: {
    method: 'POST',
    path: '/v1/mgmt/user/password/set/active',
    effect: 'write',
    answers: 'one',
    bucket: 'user',
  },
  expirePassword: {
    method: 'POST',
    path: '/v1/mgmt/user/password/expire',
    effect: 'write',
    answers: 'one',
    bucket: 'user',
  },
} as const satisfies Record<string, WriteEndpoint>;

/** What a project or a tenant demands of passwords, with only the fields that a new one must keep. */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly number: boolean;
  readonly nonAlphanumeric: boolean;
  readonly anyLetter: boolean;
  readonly disallowedCharacters: string;
  readonly disallowEmailMatch: boolean;
}

/** One of these is in every answer; without any of them it tells nothing. */
const knownFields = ['enabled', 'minLength', 'lowercase', 'uppercase', 'number', 'nonAlphanumeric', 'reuse', 'lock'];

function decodePolicy(settings: JsonObject): PasswordPolicy {
  return {
    minLength: integer(settings, 'minLength') ?? 0,
    lowercase: flag(settings, 'lowercase'),
    uppercase: flag(settings, 'uppercase'),
    number: flag(settings, 'number'),
    nonAlphanumeric: flag(settings, 'nonAlphanumeric'),
    anyLetter: flag(settings, 'anyLetter'),
    disallowedCharacters: text(settings, 'disallowedCharacters'),
    disallowEmailMatch: flag(settings, 'disallowEmailMatch'),
  };
}

/** A password for a user, who is named by a login id: these calls are documented with nothing else. */
export interface NewPassword {
  readonly loginId: string;
  readonly password: Secret;
  /** The user must choose another at the next login. */
  readonly isTemporary: boolean;
}

export interface PasswordCalls {
  /** Of the project without a tenant. Undefined where the deployment has no such call, or the tenant is gone. */
  passwordPolicy(tenantId: string, call?: CallOptions): Promise<PasswordPolicy | undefined>;
  /** Sets a password, once. Setting the same one again changes nothing. */
  setPassword(asked: NewPassword, call?: CallOptions): Promise<AcceptedOutcome>;
  /** Makes the user choose another password at the next login; sent once. */
  expirePassword(loginId: string, call?: CallOptions): Promise<AcceptedOutcome>;
}

/** The request that sets a password. What it holds must never be shown: plans and audit lines take other words. */
export function toSetPasswordRequest({ loginId, isTemporary }: Omit<NewPassword, 'password'>): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  const { setTemporaryPassword } = passwordEndpoints;
  const { setActivePassword } = passwordUpkeepEndpoints;
  return {
    endpoint: isTemporary ? setTemporaryPassword : setActivePassword,
    json: { loginId, password: '[made up when it is sent]' },
  };
}

export function toExpirePasswordRequest(loginId: string): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  return { endpoint: passwordUpkeepEndpoints.expirePassword, json: { loginId } };
}

export function createPasswordCalls(http: Pick<HttpClient, 'read' | 'write'>): PasswordCalls {
  /** Whatever an answer holds besides an error is left alone: it may be a password. */
  async function send(
    endpoint: WriteEndpoint,
    json: Readonly<Record<string, unknown>>,
    call: CallOptions | undefined,
  ): Promise<AcceptedOutcome> {
    try {
      answerObject(endpoint, (await http.write(endpoint, { json }, call)).json);
      return { kind: 'accepted' };
    } catch (thrown) {
      return unansweredOf(thrown);
    }
  }

  return {
    passwordPolicy: async (tenantId, call) => {
      const endpoint = passwordEndpoints.passwordSettings;
      try {
        const { json } = await http.read(endpoint, tenantId === '' ? {} : { query: { tenantId } }, call);
        return decodeAnswer(endpoint, json, knownFields, decodePolicy);
      } catch (thrown) {
        if (isKind(thrown, 'not-found')) {
          return undefined;
        }
        throw thrown;
      }
    },
    setPassword: async ({ password, ...asked }, call) => {
      const { endpoint, json } = toSetPasswordRequest(asked);
      return await send(endpoint, { ...json, password: password.reveal() }, call);
    },
    expirePassword: async (loginId, call) => {
      const { endpoint, json } = toExpirePasswordRequest(loginId);
      return await send(endpoint, json, call);
    },
  };
}
