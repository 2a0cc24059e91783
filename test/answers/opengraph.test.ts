import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { openGraphPieces } from '../../src/answers/opengraph.ts';
import { openSource } from '../../src/answers/open.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type HandWritten, resource, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { otherWorld } from '../support/other-world.ts';

interface Graph {
  readonly metadata: { readonly source_kind: string };
  readonly graph: {
    readonly nodes: readonly {
      readonly id: string;
      readonly kinds: readonly string[];
      readonly properties: Readonly<Record<string, unknown>>;
    }[];
    readonly edges: readonly {
      readonly kind: string;
      readonly start: { readonly value: string };
      readonly end: { readonly value: string };
      readonly properties?: object;
    }[];
  };
}

/**
 * What BloodHound's own schemas of nodes, edges and metadata ask for: flat properties of one kind of value, none of them
 * `objectid`; one to three kinds; kinds of edges of letters, digits and underscores; nothing that begins with "tag".
 */
const values = {
  anyOf: [
    ...['string', 'number', 'boolean'].map((type) => ({ type })),
    ...['string', 'number', 'boolean'].map((type) => ({ type: 'array', items: { type } })),
  ],
};
const properties = { type: 'object', additionalProperties: values, not: { required: ['objectid'] } };
const kind = { type: 'string', pattern: '^[A-Za-z0-9_]+$', not: { pattern: '^[Tt][Aa][Gg](?:_|$)' } };
const end = {
  type: 'object',
  properties: { match_by: { const: 'id' }, value: { type: 'string', minLength: 1 } },
  required: ['match_by', 'value'],
  additionalProperties: false,
};
const schema = {
  type: 'object',
  properties: {
    metadata: {
      type: 'object',
      properties: { source_kind: { const: 'Descope' } },
      required: ['source_kind'],
      additionalProperties: false,
    },
    graph: {
      type: 'object',
      properties: {
        nodes: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: { type: 'string' },
              kinds: { type: 'array', items: kind, minItems: 1, maxItems: 3 },
              properties,
            },
            required: ['id', 'kinds'],
            additionalProperties: false,
          },
        },
        edges: {
          type: 'array',
          items: {
            type: 'object',
            properties: { kind, start: end, end, properties },
            required: ['kind', 'start', 'end'],
            additionalProperties: false,
          },
        },
      },
      required: ['nodes', 'edges'],
      additionalProperties: false,
    },
  },
  required: ['metadata', 'graph'],
  additionalProperties: false,
};

async function graphOf(world: HandWritten): Promise<Graph> {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/world.json`;
  await writeByHand(path, world);
  await using source = await openSource(path);
  let text = '';
  for await (const piece of openGraphPieces(source, new AbortController().signal)) {
    text += piece;
  }
  return JSON.parse(text) as Graph;
}

/** Edges by what their ends are called: "U1 -Descope_HasRole-> acme/Editor". */
function inWords({ graph: { nodes, edges } }: Graph): string[] {
  const names = new Map(
    nodes.map(({ id, kinds, properties: { descope_id: of } }) => [id, `${kinds[0]?.slice(8)} ${String(of)}`]),
  );
  return edges.map(
    ({ kind: word, start, end: to }) => `${names.get(start.value)} -${word.slice(8)}-> ${names.get(to.value)}`,
  );
}

describe('a file as OpenGraph', () => {
  it('has a node for each resource, and an edge for each step that "path" takes', async () => {
    const words = inWords(await graphOf(companies()));

    expect(words).toEqual(
      expect.arrayContaining([
        'User U1 -MemberOf-> Tenant acme',
        'User U1 -HasRole-> RoleBinding acme/Editor',
        'AccessKey K1 -HasRole-> Role Auditor',
        'RoleBinding acme/Editor -Allows-> Permission write',
        'User U3 -InGroup-> IdpGroup acme/okta/G1',
        'IdpGroup acme/okta/G1 -GivesAtNextLogin-> RoleBinding acme/Editor',
        'Tenant eu -GivesAtNextLogin-> RoleBinding eu/Auditor',
      ]),
    );
    expect(words.filter((word) => word.includes('undefined'))).toEqual([]);
  });

  it('never lets a path go from one inheritance to the next', async () => {
    const words = inWords(await graphOf(companies()));

    expect(words).toEqual(
      expect.arrayContaining([
        'RoleBinding acme/Editor -PassesDownTo-> InheritedRole berlin/Editor',
        'InheritedRole berlin/Editor -Allows-> Permission write',
        'Tenant acme -PassesDownTo-> InheritedMembership eu',
      ]),
    );
    expect(words.filter((word) => /^Inherited\w+ \S+ -(?!Allows)/.test(word))).toEqual([]);
    expect(words.filter((word) => /-PassesDownTo-> (?!Inherited)/.test(word))).toEqual([]);
  });

  it('says how sure an inheritance is, and who acts as whom and made what', async () => {
    const { resources, grants, types = [] } = companies();
    const secret = resource('access_key_secret', 'K2', 'Scripts', {
      profile: { status: 'active' },
      secretOf: { typeId: 'user', id: 'U1' },
      madeBy: { typeId: 'user', id: 'U2' },
    });
    const graph = await graphOf({ types: [...types, 'access_key_secret'], resources: [...resources, secret], grants });
    const passed = graph.graph.edges
      .filter(({ kind: word }) => word === 'Descope_PassesDownTo')
      .map((edge) => edge.properties);

    expect(passed).toContainEqual({
      ancestor: 'acme',
      certainty: 'uncertain',
      reason: 'child-governs,tenant-disabled',
    });
    expect(passed).toContainEqual({ ancestor: 'acme', certainty: 'derived', certainty_of_keys: 'uncertain' });
    expect(inWords(graph)).toEqual(
      expect.arrayContaining(['AccessKeySecret K2 -ActsAs-> User U1', 'User U2 -Made-> AccessKeySecret K2']),
    );
  });

  it.each([
    ['the companies', companies()],
    ['everything that a file can hold, with hostile names', otherWorld('=x"\u202e\u0007</script>')],
  ])('keeps to BloodHound’s schema: %s', async (_name, world) => {
    const graph = await graphOf(world);
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

    expect(validate(graph), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(graph.graph.nodes.length).toBeGreaterThan(10);
    const ids = graph.graph.nodes.map(({ id }) => id);
    expect(new Set(ids.map((id) => id.toUpperCase())).size).toBe(ids.length);
    const known = new Set(ids);
    expect(graph.graph.edges.filter(({ start, end: to }) => !known.has(start.value) || !known.has(to.value))).toEqual(
      [],
    );
  });
});
