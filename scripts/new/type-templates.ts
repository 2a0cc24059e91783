import type { TypeNames } from './type-names.ts';

/** The family of Descope's API: the row, its decoder, the whole list. */
export function descopeTemplate({ one, many, method, path, key }: TypeNames): string {
  return `import { identity, type JsonObject, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** ${one.oneCapitalized}, in Descope's words, with only the fields we use. */
export interface ${one.pascal} {
  readonly id: string;
  readonly name: string;
}

export function decode${one.pascal}(row: JsonObject): ${one.pascal} {
  return { id: identity(row, 'id'), name: text(row, 'name') };
}

/** Every ${one.words} of the project. */
export const ${one.camel}List: WholeList<${one.pascal}> = {
  what: '${many.words}',
  endpoint: {
    method: '${method}',
    path: '${path}',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },${method === 'POST' ? '\n  body: {},' : ''}
  key: '${key}',
  decode: decode${one.pascal},
  nameOf: (row) => named('${one.words}', row['id']),
  identityOf: ({ id }) => id,
};
`;
}

/** The resource type: rows to resources. */
export function resourceTemplate({ one, many }: TypeNames): string {
  return `import type { CatalogList } from '../access/catalog-list.ts';
import { type ${one.pascal}, ${one.camel}List } from '../descope/${many.file}.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';

const listed${many.pascal}: CatalogList<${one.pascal}> = {
  typeId: '${one.id}',
  whole: ${one.camel}List,
  idOf: ({ id }) => id,
  bytesOf: () => 500,
};

function to${one.pascal}({ id, name }: ${one.pascal}, cuts: CutCounter): ResourceRow {
  const profile = { ${one.id}_id: id, name: name.toWellFormed() };
  return resourceRow(toResource('${one.id}', { id, displayName: name.trim() === '' ? id : name, profile }, [], cuts));
}

export const ${one.camel}Type: ResourceType = {
  words: {
    id: '${one.id}',
    displayName: '${one.title}',
    plural: '${many.title}',
    description: '${one.oneCapitalized} of the project.',
    traits: [],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  reads: [${one.camel}List.endpoint],
  lists: [listed${many.pascal}],
  parentTypeIds: [],
  entitlements: [],
  list: async (session, { cursor, limit, signal }) => {
    const rows = (await session.beginListing('${one.id}', signal)).rows(listed${many.pascal});
    return fillPage(rowsAfter(rows, cursor, listed${many.pascal}.idOf, (row) => to${one.pascal}(row, session.cuts)), limit);
  },
  get: async (session, id, signal) => {
    const row = (await session.catalog(signal)).row(listed${many.pascal}, id);
    return row === undefined ? undefined : to${one.pascal}(row, session.cuts);
  },
};
`;
}

/** The family of the stand-in, which shares no code with ours. */
export function emulatorTemplate({ one, many, method, path, key }: TypeNames): string {
  return `import { endpoint } from './endpoint.ts';
import { defineFamily } from './family.ts';
import type { FamilyHost } from './family.ts';
import { randomId } from './random.ts';

/** ${one.oneCapitalized} as stored. */
export interface ${one.pascal} {
  readonly id: string;
  readonly name: string;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about ${one.one}; the rest is filled in. */
export type ${one.pascal}Seed = Partial<${one.pascal}>;

const sample: readonly ${one.pascal}Seed[] = [];

export const ${many.camel} = defineFamily({
  name: '${many.camel}',
  switches: {},
  sample,
  create(host, { seeds = [] }) {
    const byId = new Map<string, ${one.pascal}>();
    const put = (seed: ${one.pascal}Seed): ${one.pascal} => {
      const record = to${one.pascal}(seed, host, byId.size);
      byId.set(record.id, record);
      return record;
    };
    for (const seed of seeds) put(seed);
    return {
      state: { all: () => [...byId.values()] },
      endpoints: {
        '${method} ${path}': endpoint([], () => ({
          json: { ${key}: [...byId.values()].map(toWire) },
        })),
      },
      controls: {
        ${many.camel}: () => [...byId.values()],
        /** Adds ${one.one}, or changes the one with this id. */
        put${one.pascal}: (seed: ${one.pascal}Seed) => put({ ...byId.get(seed.id ?? ''), ...seed }),
        delete${one.pascal}: (id: string) => byId.delete(id),
      },
    };
  },
});

function toWire({ extra, ...fields }: ${one.pascal}): Record<string, unknown> {
  return { ...fields, ...extra };
}

function to${one.pascal}(seed: ${one.pascal}Seed, host: FamilyHost, place: number): ${one.pascal} {
  const id = seed.id ?? randomId('${one.pascal.slice(0, 2).toUpperCase()}', host.seed, \`${one.words} \${place}\`);
  return { name: id, extra: {}, ...seed, id };
}
`;
}
