import { type Names, namesOf } from './names.ts';
import type { Skeleton } from './write.ts';

/** An action that takes a user and fails until somebody has written what it does. */
export function actionSkeleton(id: string): Skeleton {
  const names = namesOf(id);
  return {
    files: {
      [`src/actions/${names.file}.ts`]: actionTemplate(names),
      [`test/actions/${names.file}.test.ts`]: actionTestTemplate(names),
    },
    insertions: [{ path: 'src/actions/actions.ts', list: 'actions', element: names.camel, from: `./${names.file}.ts` }],
  };
}

/** What is left to do once the skeleton is written, in order. */
export function actionSteps(id: string): readonly string[] {
  const { file } = namesOf(id);
  return [
    `src/actions/${file}.ts: words, kinds, arguments and results; what it does, and what it refuses`,
    `npx vitest run test/actions/${file}.test.ts: until nothing fails`,
    'npm run manifests: baton_capabilities.json, with the first action',
    'npx vitest run test/contract -u: the pinned messages; look at what changed',
    'docs/protocol.md and CHANGELOG.md: a row or line each',
    'npm run check && npm test',
  ];
}

function actionTemplate({ id, camel, title }: Names): string {
  return `import { ConnectorError } from '../errors.ts';
import type { Action } from './action.ts';

export const ${camel}: Action = {
  words: {
    name: '${id}',
    displayName: '${title}',
    description: '${title}.',
    kinds: ['dynamic'],
    arguments: [{ name: 'user_id', displayName: 'User', description: 'Id of the user.', type: 'id', of: 'user', isRequired: true }],
    results: [],
  },
  operation: 'update',
  run: async () => await Promise.reject(new ConnectorError('unsupported', '${id} does nothing yet')),
};
`;
}

function actionTestTemplate({ id, camel, file }: Names): string {
  return `import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ${camel} } from '../../src/actions/${file}.ts';
import { BatonActionStatus, InvokeActionRequestSchema } from '../../src/gen/c1/connector/v2/action_pb.ts';
import { createProvisioner } from '../../src/provisioning/provisioner.ts';
import { actionService } from '../../src/services/actions.ts';
import { composeSurface } from '../../src/services/answers.ts';
import { asClient } from '../support/descope-model.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';

describe('${id}', () => {
  it('does what it says', async () => {
    const client = asClient(createProject(smallProject()));
    const provisioner = createProvisioner({ client, audit: async () => undefined });
    const surface = composeSurface([actionService({ provisioner, actions: [${camel}] }).service]);

    const { status, response } = await surface.invokeAction(
      create(InvokeActionRequestSchema, { name: '${id}', args: { user_id: 'ann' } }),
    );

    const why = 'write what ${id} does into src/actions/${file}.ts, and say here what is changed by it';
    expect(response, why).toMatchObject({ success: true });
    expect(status).toBe(BatonActionStatus.COMPLETE);
  });
});
`;
}
