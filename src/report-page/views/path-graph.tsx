import { Graph, layout } from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import type { NodeKind, PathGraph as Paths, PathNode } from '../data/graph.ts';
import { plain, shorten } from '../data/text.ts';
import { toHash } from '../route.ts';
import { Name } from './names.tsx';

/** Four columns of boxes, from person to permission, have to fit beside the list. */
const sizes = { few: { width: 176, height: 50, apart: 52 }, many: { width: 147, height: 50, apart: 34 } };
/** A box has two lines more for each mark, such as login and user id: they are never cut short. */
const marksHeight = 62;

/** A small graph of access, laid out by dagre from left to right. Boxes lead to what they stand for. */
export function PathGraph({ graph, label }: { readonly graph: Paths; readonly label: string }) {
  const { width, height, places, lines, box } = useMemo(() => arrange(graph), [graph]);
  return (
    <div class="path-graph" role="group" aria-label={label}>
      <div class="path-graph-inner" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto-start-reverse"
            >
              <path d="M0 0.8 L7.2 4 L0 7.2 z" class="path-arrow" />
            </marker>
          </defs>
          {lines.map((line) => (
            <path key={line} d={line} class="path-line" marker-end="url(#arrow)" />
          ))}
        </svg>
        {graph.nodes.map((node) => {
          const { x, y } = places.get(node.id) ?? { x: 0, y: 0 };
          const high = heightOf(node, box.height);
          return (
            <Box key={node.id} node={node} x={x - box.width / 2} y={y - high / 2} width={box.width} height={high} />
          );
        })}
      </div>
    </div>
  );
}

const kindNames: Readonly<Record<NodeKind, string>> = {
  person: 'Person',
  place: 'Where',
  role: 'Role',
  permission: 'Permission',
  more: '',
};

function Box({
  node: { kind, label, detail, marks, thing },
  x,
  y,
  width,
  height,
}: {
  readonly node: PathNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}) {
  const inside = (
    <>
      <span class="path-kind">
        {kindNames[kind]}
        {detail !== undefined && (
          <span class="path-detail">
            {kindNames[kind] === '' ? '' : ' · '}
            <Name text={detail} />
          </span>
        )}
      </span>
      <span class="path-label">
        <Name text={shorten(label, 60)} />
      </span>
      {marks?.map((mark) => (
        <span key={mark} class="path-mark" title={plain(mark)}>
          <Name text={mark} />
        </span>
      ))}
    </>
  );
  const style = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  return thing === undefined ? (
    <div class={`path-node ${kind}`} style={style} title={plain(label)}>
      {inside}
    </div>
  ) : (
    <a class={`path-node ${kind}`} style={style} href={toHash(...thing)} title={plain(label)}>
      {inside}
    </a>
  );
}

function heightOf({ marks = [] }: PathNode, height: number): number {
  return height + (marks.length === 0 ? 0 : marks.length === 1 ? marksHeight / 2 : marksHeight);
}

function arrange({ nodes, edges }: Paths) {
  const box = new Set(nodes.map(({ kind }) => kind)).isSupersetOf(
    new Set<NodeKind>(['person', 'place', 'role', 'permission']),
  )
    ? sizes.many
    : sizes.few;
  const graph = new Graph()
    .setGraph({ rankdir: 'LR', nodesep: 12, ranksep: box.apart, marginx: 2, marginy: 2 })
    .setDefaultEdgeLabel(() => ({}));
  nodes.forEach((node) => graph.setNode(node.id, { width: box.width, height: heightOf(node, box.height) }));
  edges.toReversed().forEach(({ from, to }) => graph.setEdge(from, to)); // dagre puts the last edge on top
  layout(graph);
  const places = new Map(nodes.map(({ id }) => [id, graph.node(id) as { readonly x: number; readonly y: number }])); // layout() puts x and y there
  const { width = 0, height = 0 } = graph.graph();
  const lines = edges.map(({ from, to }) => {
    const start = places.get(from) ?? { x: 0, y: 0 };
    const end = places.get(to) ?? { x: 0, y: 0 };
    const [x1, x2] = [start.x + box.width / 2, end.x - box.width / 2 - 2];
    const middle = (x1 + x2) / 2;
    return `M${x1} ${start.y} C${middle} ${start.y} ${middle} ${end.y} ${x2} ${end.y}`;
  });
  return { width: Math.ceil(width), height: Math.ceil(height), places, lines, box };
}
