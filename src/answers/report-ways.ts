import { createByteSink } from './report-bytes.ts';
import {
  edgeBlockSize,
  mappingVias,
  noOrdinal,
  type ReportConfiguration,
  type ReportFlow,
  type ReportGroup,
  type ReportMapping,
  type ReportTables,
  sectionTags,
} from './report-format.ts';
import { toConfiguration, toGroup } from './report-sso.ts';
import { type HoldingTarget, type ReportTableBuilder, unlisted } from './report-tables.ts';
import type { UserBlocks } from './report-users.ts';
import type { FileGroup, FileGroupMember, FileInheritance, FileMapping, FileSsoConfiguration } from './rows.ts';

export type WayRow = FileSsoConfiguration | FileGroup | FileInheritance | FileMapping | FileGroupMember;

/** What of a file is no direct holding: what tenants inherit, and what the next login will give. */
export interface ReportWays {
  /** Resources come before grants. Throws `inconsistent` for something that the file does not list. */
  add(row: WayRow): void;
  /** After the last row. */
  flush(): void;
  finish(): Pick<ReportTables, 'sources' | 'flows' | 'configurations' | 'groups' | 'mappings'>;
  /** Edges of inheritance, and members of groups. */
  readonly counts: { readonly edges: number; readonly members: number };
}

interface Edge {
  readonly tenant: number;
  readonly source: number;
  readonly flow: number;
}

export function createReportWays(
  tables: ReportTableBuilder,
  users: UserBlocks,
  section: (tag: number, bytes: Uint8Array) => void,
): ReportWays {
  const configurations = createList<FileSsoConfiguration>('sso_configuration');
  const groups = createList<FileGroup>('idp_group');
  const sources = createList<HoldingTarget>('source');
  const flows = createList<ReportFlow>('flow');
  const mappings: ReportMapping[] = [];
  const counts = { edges: 0, members: 0 };
  let edges: Edge[] = [];
  let open: { readonly group: number; readonly users: number[] } = { group: noOrdinal, users: [] };

  function writeEdges(): void {
    if (edges.length > 0) {
      section(sectionTags.edges, encodeEdges(edges));
      edges = [];
    }
  }

  function closeGroup(): void {
    if (open.users.length > 0) {
      section(sectionTags.members, encodeMembers(open.group, open.users));
    }
    open = { group: noOrdinal, users: [] };
  }

  function addEdge({ on, from, certainty, keys, reason }: FileInheritance): void {
    const source = tables.target(tables.targetOf(from.kind, from.id));
    const flow: ReportFlow = { certainty, keys, reason };
    counts.edges += 1;
    edges.push({
      tenant: tables.tenantOf(on.kind, on.id),
      source: sources.add(`${source.kind} ${source.role} ${source.tenant}`, source),
      flow: flows.add(`${certainty} ${keys} ${reason}`, flow),
    });
    if (edges.length === edgeBlockSize) {
      writeEdges();
    }
  }

  function addMapping({ on, from, via }: FileMapping): void {
    const { kind, role, tenant } = tables.target(tables.targetOf(on.kind, on.id));
    const principal =
      from.typeId === 'idp_group'
        ? groups.ordinalOf(from.id)
        : from.typeId === 'sso_configuration'
          ? configurations.ordinalOf(from.id)
          : tables.tenantOf('tenant', from.id);
    mappings.push([(mappingVias as readonly string[]).indexOf(via), principal, kind, role, tenant]);
  }

  function addMember({ groupId, userId }: FileGroupMember): void {
    const group = groups.ordinalOf(groupId);
    if (open.group !== group || open.users.length >= edgeBlockSize) {
      closeGroup();
      open = { group, users: [] };
    }
    open.users.push(users.ordinalOf(userId));
    counts.members += 1;
  }

  return {
    counts,
    add: (row) => {
      switch (row.kind) {
        case 'sso-configuration':
          configurations.add(row.id, row);
          break;
        case 'group':
          groups.add(row.id, row);
          break;
        case 'inheritance':
          addEdge(row);
          break;
        case 'mapping':
          addMapping(row);
          break;
        case 'group-member':
          addMember(row);
      }
    },
    flush: () => {
      writeEdges();
      closeGroup();
    },
    finish: () => {
      const found: readonly ReportConfiguration[] = configurations
        .all()
        .map((row) => toConfiguration(row, tables.ordinalOfTenant(row.tenantId)));
      const ordinals = new Map(found.map(({ tenant, ssoId }, at) => [`${tenant} ${ssoId}`, at]));
      const configurationOf = (tenant: number, ssoId: string): number =>
        ordinals.get(`${tenant} ${ssoId}`) ?? noOrdinal;
      const listed: readonly ReportGroup[] = groups
        .all()
        .map((row) => toGroup(row, tables.ordinalOfTenant(row.tenantId), configurationOf));
      return {
        ...(counts.edges > 0 && {
          sources: sources.all().map(({ kind, role, tenant }) => [kind, role, tenant] as const),
          flows: flows.all(),
        }),
        ...(found.length > 0 && { configurations: found }),
        ...(listed.length > 0 && { groups: listed }),
        ...(mappings.length > 0 && { mappings }),
      };
    },
  };
}

function encodeEdges(edges: readonly Edge[]): Uint8Array {
  const bytes = createByteSink();
  bytes.number(edges.length);
  for (const column of ['tenant', 'source'] as const) {
    let before = 0;
    for (const edge of edges) {
      bytes.signed(edge[column] - before); // edges into a tenant follow each other: small numbers
      before = edge[column];
    }
  }
  edges.forEach(({ flow }) => bytes.number(flow));
  return bytes.take();
}

function encodeMembers(group: number, users: readonly number[]): Uint8Array {
  const bytes = createByteSink();
  bytes.number(group);
  bytes.number(users.length);
  let before = 0;
  for (const user of users) {
    bytes.signed(user - before);
    before = user;
  }
  return bytes.take();
}

/** Values in the order in which they come, each once, found by a key. */
function createList<T>(type: string) {
  const ordinals = new Map<string, number>();
  const values: T[] = [];
  return {
    add: (key: string, value: T): number => {
      const ordinal = ordinals.get(key) ?? values.push(value) - 1;
      ordinals.set(key, ordinal);
      return ordinal;
    },
    ordinalOf: (key: string): number => {
      const ordinal = ordinals.get(key);
      if (ordinal === undefined) {
        throw unlisted(type, key);
      }
      return ordinal;
    },
    all: (): readonly T[] => values,
  };
}
