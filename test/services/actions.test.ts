import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type Action, type ActionCall, ActionFailed } from '../../src/actions/action.ts';
import { textArgument } from '../../src/actions/arguments.ts';
import { ConnectorError } from '../../src/errors.ts';
import {
  ActionService,
  ActionType,
  BatonActionStatus,
  GetActionStatusRequestSchema,
  InvokeActionRequestSchema,
} from '../../src/gen/c1/connector/v2/action_pb.ts';
import { type LogFields, type Logger, silentLogger } from '../../src/log.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { actionService } from '../../src/services/actions.ts';
import { composeSurface } from '../../src/services/answers.ts';
import { createProvisioner, type Provisioner } from '../../src/provisioning/provisioner.ts';
import { asClient } from '../support/descope-model.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';

const { listActionSchemas, getActionSchema, invokeAction, getActionStatus } = ActionService.method;

/** Tells the name of a user. */
const nameUser: Action = {
  words: {
    name: 'name_user',
    displayName: 'Name a user',
    description: 'Tells what a user is called.',
    kinds: ['account'],
    arguments: [
      { name: 'user_id', displayName: 'User', description: 'The id.', type: 'text', isRequired: true },
      { name: 'is_loud', displayName: 'Loud', description: 'In capitals.', type: 'flag' },
      { name: 'titles', displayName: 'Titles', description: 'What stands in front.', type: 'texts' },
    ],
    results: [{ name: 'name', displayName: 'Name', description: 'The name.', type: 'text' }],
  },
  operation: 'update',
  run: async ({ args, provisioner, signal }: ActionCall) => {
    const user = await provisioner.tools.client.loadUser(textArgument(args, 'user_id'), signal && { signal });
    if (user === undefined) {
      throw new ConnectorError('not-found', 'there is no such user');
    }
    return { name: user.name };
  },
};

/** One that may change a project without HTTP. */
function provisioner(): Provisioner {
  return createProvisioner({ client: asClient(createProject(smallProject())), audit: async () => undefined });
}

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.stop(100);
  server = undefined;
});

async function serve(...actions: readonly Action[]): Promise<string> {
  const surface = composeSurface([actionService({ provisioner: provisioner(), actions }).service]);
  server = await startServer({ surface, listen: '127.0.0.1:0' });
  return server.address;
}

describe('an action', () => {
  it('is listed with what it takes and gives, among all and by its name', async () => {
    const address = await serve(nameUser);

    const { schemas } = await grpcCall(address, listActionSchemas, {});
    const { schema } = await grpcCall(address, getActionSchema, { name: 'name_user' });

    expect(schemas).toEqual([schema]);
    expect(schema).toMatchObject({ name: 'name_user', displayName: 'Name a user', actionType: [ActionType.ACCOUNT] });
    expect(schema?.arguments.map(({ name, isRequired, field }) => [name, isRequired, field.case])).toEqual([
      ['user_id', true, 'stringField'],
      ['is_loud', false, 'boolField'],
      ['titles', false, 'stringSliceField'],
    ]);
    expect(schema?.returnTypes.map(({ name }) => name)).toEqual(['success', 'request_ids', 'name']);
  });

  it('runs to its end within the call, and says so again when it is asked by the id', async () => {
    const address = await serve(nameUser);

    const answer = await grpcCall(address, invokeAction, { name: 'name_user', args: { user_id: 'ann' } });
    const { id, name, status: ended, response } = await grpcCall(address, getActionStatus, { id: answer.id });

    expect(answer).toMatchObject({ status: BatonActionStatus.COMPLETE, response: { name: 'Ann', success: true } });
    expect({ id, name, status: ended, response }).toEqual({
      id: answer.id,
      name: 'name_user',
      status: answer.status,
      response: answer.response,
    });
  });

  it('that fails is answered with FAILED and why', async () => {
    const address = await serve(nameUser);

    const answer = await grpcCall(address, invokeAction, { name: 'name_user', args: { user_id: 'nobody' } });

    expect(answer).toMatchObject({
      status: BatonActionStatus.FAILED,
      response: { success: false, error: 'there is no such user' },
    });
    expect(await grpcCall(address, getActionStatus, { id: answer.id })).toMatchObject({ response: answer.response });
  });

  it.each([
    [{}, 'name_user needs the argument user_id'],
    [{ user_id: '' }, 'name_user needs the argument user_id'],
    [{ user_id: 7 }, 'the argument user_id of name_user must be a text'],
    [{ user_id: 'ann', is_loud: 'true' }, 'the argument is_loud of name_user must be true or false'],
    [{ user_id: 'ann', titles: ['a', 1] }, 'the argument titles of name_user must be a list of texts'],
    [
      { user_id: 'ann', constructor: 'x' },
      'name_user takes no argument constructor; it takes user_id, is_loud, titles',
    ],
  ])('is not begun with the arguments %j', async (args, why) => {
    const address = await serve(nameUser);

    expect(await failureOf(grpcCall(address, invokeAction, { name: 'name_user', args }))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(why),
    });
  });

  it('of a type is listed with those of the type, and called with it only', async () => {
    const ofUsers = { ...nameUser, words: { ...nameUser.words, name: 'own', resourceTypeId: 'user' } };
    const address = await serve(nameUser, ofUsers);
    const args = { user_id: 'ann' };

    const { schemas } = await grpcCall(address, listActionSchemas, { resourceTypeId: 'user' });
    const called = await grpcCall(address, invokeAction, { name: 'own', resourceTypeId: 'user', args });

    expect(schemas.map(({ name }) => name)).toEqual(['own']);
    expect(called.status).toBe(BatonActionStatus.COMPLETE);
    expect((await grpcCall(address, getActionSchema, { name: 'user.own' })).schema?.resourceTypeId).toBe('user');
    for (const request of [{ name: 'own' }, { name: 'user.own' }, { name: 'own', resourceTypeId: 'tenant' }]) {
      expect((await failureOf(grpcCall(address, invokeAction, { ...request, args }))).code).toBe(status.NOT_FOUND);
    }
  });

  it('that takes longer than its caller waits is RUNNING, and is asked for by its id', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow: Action = {
      words: { ...nameUser.words, name: 'slow' },
      operation: 'update',
      run: async () => {
        await promise;
        return { name: 'Ann' };
      },
    };
    const address = await serve(slow);

    const begun = await grpcCall(address, invokeAction, {
      name: 'slow',
      args: { user_id: 'ann' },
      inlineWait: { seconds: 0n, nanos: 1_000_000 },
    });
    const asked = await grpcCall(address, getActionStatus, { id: begun.id });
    resolve();
    await expect
      .poll(async () => (await grpcCall(address, getActionStatus, { id: begun.id })).status)
      .toBe(BatonActionStatus.COMPLETE);

    expect([begun.status, asked.status]).toEqual([BatonActionStatus.RUNNING, BatonActionStatus.RUNNING]);
    expect([begun.response, asked.response]).toEqual([undefined, undefined]);
    expect((await grpcCall(address, getActionStatus, { id: begun.id })).response).toEqual({
      success: true,
      request_ids: [],
      name: 'Ann',
    });
  });

  it('is not begun with a wait of more than a day', async () => {
    const address = await serve(nameUser);
    const request = { name: 'name_user', args: { user_id: 'ann' }, inlineWait: { seconds: 86_401n } };

    expect(await failureOf(grpcCall(address, invokeAction, request))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('inline_wait must be 0 to 86400 seconds'),
    });
  });

  it('that breaks is FAILED with a reference, under which the log has where', async () => {
    const lines: (LogFields & { readonly message: string })[] = [];
    const note: Logger['error'] = (message, fields) => void lines.push({ message, ...fields });
    const broken: Action = {
      words: { ...nameUser.words, name: 'broken' },
      operation: 'update',
      run: async () => await Promise.reject(new TypeError('secret of a bug')),
    };
    const { service } = actionService({
      provisioner: provisioner(),
      actions: [broken],
      logger: { ...silentLogger, error: note },
    });

    const { response, status: ended } = await composeSurface([service]).invokeAction(
      create(InvokeActionRequestSchema, { name: 'broken', args: { user_id: 'ann' } }),
    );

    const [line] = lines;
    expect(ended).toBe(BatonActionStatus.FAILED);
    expect(line).toMatchObject({ message: 'internal error', cause: 'TypeError' });
    expect(response).toEqual({
      success: false,
      request_ids: [],
      error: `internal error (reference ${line?.reference})`,
    });
    expect(JSON.stringify([response, lines])).not.toContain('secret of a bug');
  });

  it('that did a part of what it is for tells that beside the error', async () => {
    const half: Action = {
      words: { ...nameUser.words, name: 'half' },
      operation: 'update',
      run: async () => await Promise.reject(new ActionFailed('unavailable', 'the rest failed', { name: 'Ann' })),
    };
    const address = await serve(half);

    expect(await grpcCall(address, invokeAction, { name: 'half', args: { user_id: 'ann' } })).toMatchObject({
      status: BatonActionStatus.FAILED,
      response: { success: false, error: 'the rest failed', name: 'Ann' },
    });
  });

  it('that is not there is NOT_FOUND, as is a call that nobody made', async () => {
    const address = await serve(nameUser);

    const failures = await Promise.all([
      failureOf(grpcCall(address, getActionSchema, { name: 'x' })),
      failureOf(grpcCall(address, invokeAction, { name: 'x' })),
      failureOf(grpcCall(address, getActionStatus, { id: 'x' })),
    ]);

    expect(failures.map(({ code }) => code)).toEqual([status.NOT_FOUND, status.NOT_FOUND, status.NOT_FOUND]);
  });

  it('is kept for the last 1,000 calls', async () => {
    const surface = composeSurface([actionService({ provisioner: provisioner(), actions: [nameUser] }).service]);
    const ids: string[] = [];
    for (let place = 0; place < 1_001; place += 1) {
      const request = { name: 'name_user', args: { user_id: 'ann' } };
      ids.push((await surface.invokeAction(create(InvokeActionRequestSchema, request))).id);
    }
    const ask = async (id = ''): Promise<string> =>
      (await surface.getActionStatus(create(GetActionStatusRequestSchema, { id }))).id;

    await expect(ask(ids[0])).rejects.toMatchObject({ kind: 'not-found' });
    expect(await ask(ids[1])).toBe(ids[1]);
  });

  it('must not share its name with another', () => {
    expect(() => actionService({ provisioner: provisioner(), actions: [nameUser, nameUser] })).toThrow(/share a name/);
  });
});
