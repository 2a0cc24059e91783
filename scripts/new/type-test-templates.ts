import type { TypeNames } from './type-names.ts';

/** Tests of the decoder and of the list, two of which fail until somebody has written what they name. */
export function descopeTestTemplate({ one, many, method, path, key }: TypeNames): string {
  return `import { describe, expect, it } from 'vitest';
import { decode${one.pascal}, ${one.camel}List } from '../../src/descope/${many.file}.ts';
import { decodeWholeList } from '../../src/descope/whole-list.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { clientOf } from '../support/embedded.ts';

describe('${one.one}', () => {
  it('is read with the fields that are used, and with nothing that could be a secret', () => {
    const row = decode${one.pascal}({ id: 'X1', name: 'One', secret: 'canary' });

    expect(JSON.stringify(row)).not.toContain('canary');
    expect.fail('write the fields that are used into src/descope/${many.file}.ts, and say here what becomes of each');
  });

  it('without an id, or listed twice, is a fault of the answer and never left out', () => {
    expect(() => decodeWholeList(${one.camel}List, { ${key}: [{ name: 'One' }] })).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() => decodeWholeList(${one.camel}List, { ${key}: [{ id: 'X1' }, { id: 'X1' }] })).toThrow(/listed twice/);
    expect(() => decodeWholeList(${one.camel}List, {})).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
  });

  it('is asked for with everybody else of its kind in one request', async () => {
    const emulator = await startEmulator();
    const requests: string[] = [];

    const rows = await clientOf(emulator).readList(${one.camel}List, { onRequest: (endpoint) => requests.push(endpoint) });

    expect(rows.map(({ id }) => id)).toEqual(emulator.state.${many.camel}().map(({ id }) => id));
    expect(requests).toEqual(['${method} ${path}']);
    await emulator.close();
    expect(rows.length, 'write a sample of ${many.words} into src/emulator/${many.file}.ts').toBeGreaterThan(0);
  });
});
`;
}

/** Tests of the type, of which the one about the resource's content fails until it is written. */
export function resourceTestTemplate({ one, many, key }: TypeNames): string {
  return `import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { decode${one.pascal} } from '../../src/descope/${many.file}.ts';
import { ConnectorError } from '../../src/errors.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { allResources, createCollector, getResource } from '../support/walker.ts';

const policy = { tenantRoles: 'all', include: ['${one.id}'] } as const;

function project(): DescopeModel {
  const rows = [{ id: 'X2', name: '' }, { id: 'X1', name: 'One' }];
  return createProject(smallProject(), { ${key}: rows.map((row) => decode${one.pascal}(row)) });
}

describe('${many.words}', () => {
  it('are neither read nor named where nobody asked for them', async () => {
    const model = project();
    const connector = createConnector({ project: model, policy: { tenantRoles: 'all' } });
    const { sink, resources } = createCollector();

    await walk({ surface: connector, syncId: 'sync-1', sink });

    expect(model.countOf('${noted(key)}')).toBe(0);
    expect(resources.map(({ id }) => id?.resourceType)).not.toContain('${one.id}');
    await expect(allResources(connector, '${one.id}')).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it('are listed in order of their ids, page by page, and found one by one', async () => {
    const connector = createConnector({ project: project(), policy });

    const listed = await allResources(connector, '${one.id}', { pageSize: 1 });

    expect(listed.map(({ id }) => id?.resource)).toEqual(['X1', 'X2']);
    expect(await getResource(connector, '${one.id}', 'X2')).toEqual(listed[1]);
    await expect(getResource(connector, '${one.id}', 'X3')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('say what they are', async () => {
    const [first] = await allResources(createConnector({ project: project(), policy }), '${one.id}');

    expect(first).toMatchObject({ displayName: 'One' });
    expect.fail(
      'write words, traits and profile into src/resources/${one.file}.ts, say here what becomes of each, and who is granted what',
    );
  });

  it('that may not be read fail the sync: an empty list would take their access away', async () => {
    const model = project();
    model.onRequest = ({ endpoint }) => {
      if (endpoint === '${noted(key)}') {
        throw new ConnectorError('forbidden', 'the list answered 403');
      }
    };
    const connector = createConnector({ project: model, policy });

    await expect(walk({ surface: connector, syncId: 'sync-1', sink: createCollector().sink })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });
});
`;
}

/** How the model of unit tests notes a request for a list. */
function noted(key: string): string {
  return `all${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}
