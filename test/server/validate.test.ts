import { describe, expect, it } from 'vitest';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';

function setUp(): {
  readonly project: DescopeModel;
  readonly validate: (signal?: AbortSignal) => Promise<unknown>;
  readonly pass: (ms: number) => void;
} {
  let nowMs = 0;
  const project = createProject(smallProject());
  const connector = connectorOf(project, {}, () => nowMs);
  return { project, validate: (signal) => connector.validate(undefined, signal), pass: (ms) => void (nowMs += ms) };
}

describe('Validate', () => {
  it('is asked for by 300 at once: one probe of four requests answers them all', async () => {
    const { project, validate } = setUp();

    await Promise.all(Array.from({ length: 300 }, () => validate()));

    expect(project.requests).toHaveLength(4);
  });

  it.each([
    { ms: 4_900, requests: 4 },
    { ms: 5_100, requests: 8 },
  ])('is asked for again $ms ms later: $requests requests in all', async ({ ms, requests }) => {
    const { project, validate, pass } = setUp();
    await validate();

    pass(ms);
    await validate();

    expect(project.requests).toHaveLength(requests);
  });

  it('does not grow old by being asked for again and again', async () => {
    const { project, validate, pass } = setUp();
    for (let asked = 0; asked < 10; asked += 1) {
      await validate();
      pass(1_000);
    }

    expect(project.requests).toHaveLength(8);
  });

  it('fails for all who waited for the same probe, and is tried anew for the next one', async () => {
    const { project, validate } = setUp();
    project.onRequest = ({ endpoint }) => {
      if (endpoint === 'allRoles') {
        throw new Error('planted');
      }
    };

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => validate()));
    project.onRequest = undefined;

    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(project.requests).toHaveLength(4);
    await expect(validate()).resolves.toBeDefined();
    expect(project.requests).toHaveLength(8);
  });

  it('goes on for the others when one caller goes away, and stops when the last one does', async () => {
    const { project, validate } = setUp();
    const [first, second] = [new AbortController(), new AbortController()];
    const stopped: boolean[] = [];
    project.searchUsers = (_query, call) =>
      new Promise((_resolve, reject) =>
        call?.signal?.addEventListener('abort', () => {
          stopped.push(true);
          reject(new Error('stopped'));
        }),
      );

    const asked = [validate(first.signal), validate(second.signal)];
    first.abort();
    await new Promise(setImmediate);
    const afterOne = stopped.length;
    second.abort();
    await Promise.allSettled(asked);

    expect(afterOne).toBe(0);
    expect(stopped).toEqual([true]);
  });
});
