import { Graph, layout } from '@dagrejs/dagre';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Look, NodeKind, PathGraph as Paths, PathNode } from '../data/graph.ts';
import { plain, shorten } from '../data/text.ts';
import { toHash } from '../route.ts';
import { Name } from './names.tsx';

/** Four columns of boxes, from person to permission, have to fit beside the list. */
const sizes = { few: { width: 176, height: 50, apart: 52 }, many: { width: 147, height: 50, apart: 34 } };
/** A box has two lines more for each mark, such as login and user id: they are never cut short. */
const marksHeight = 62;

/** A small graph of access, laid out by dagre from left to right. Boxes lead to what they stand for. */
export function PathGraph({ graph, label }: { readonly graph: Paths; readonly label: string }) {
  const { width, height, places, lines, box, isUpright } = useMemo(() => arrange(graph), [graph]);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (isUpright && frame.current !== null) {
      frame.current.scrollLeft = (frame.current.scrollWidth - frame.current.clientWidth) / 2; // it begins in the middle
    }
  }, [graph]);
  const looks = explained.filter(([look]) => lines.some((line) => line.look === look));
  return (
    <>
      <div ref={frame} class="path-graph" role="group" aria-label={label}>
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
            {lines.map(({ line, look }) => (
              <path
                key={line}
                d={line}
                class={`path-line ${look}`}
                marker-end={look === 'closed' ? undefined : 'url(#arrow)'}
              />
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
      {looks.length > 0 && (
        <ul class="path-legend">
          {looks.map(([look, words]) => (
            <li key={look}>
              <svg width="30" height="8" viewBox="0 0 30 8" aria-hidden="true">
                <path d="M1 4 H29" class={`path-line ${look}`} />
              </svg>{' '}
              {words}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const explained: readonly (readonly [Look, string])[] = [
  ['uncertain', 'dashed: inherited, but not certain; the lists say why'],
  ['future', 'dotted: not held yet, the next login will give it'],
  ['closed', 'without an arrow: nothing is inherited'],
];

const kindNames: Readonly<Record<NodeKind, string>> = {
  person: 'Person',
  group: 'Next login',
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

/** A graph that is wider than this stands upright, where that is narrower: what is inherited has a long way. */
const widest = 640;

function arrange(graph: Paths) {
  const across = arrangeIn(graph, 'LR');
  if (across.width <= widest) {
    return across;
  }
  const upright = arrangeIn(graph, 'TB');
  return upright.width < across.width ? upright : across;
}

function arrangeIn({ nodes, edges }: Paths, direction: 'LR' | 'TB') {
  const box = new Set(nodes.map(({ kind }) => kind)).isSupersetOf(
    new Set<NodeKind>(['person', 'place', 'role', 'permission']),
  )
    ? sizes.many
    : sizes.few;
  const graph = new Graph()
    .setGraph({ rankdir: direction, nodesep: 12, ranksep: box.apart, marginx: 2, marginy: 2 })
    .setDefaultEdgeLabel(() => ({}));
  nodes.forEach((node) => graph.setNode(node.id, { width: box.width, height: heightOf(node, box.height) }));
  edges.toReversed().forEach(({ from, to }) => graph.setEdge(from, to)); // dagre puts the last edge on top
  layout(graph);
  const places = new Map(nodes.map(({ id }) => [id, graph.node(id) as Place])); // layout() puts x and y there
  const { width = 0, height = 0 } = graph.graph();
  const none: Place = { x: 0, y: 0, height: 0 };
  const lines = edges.map(({ from, to, look }) => {
    const [start, end] = [places.get(from) ?? none, places.get(to) ?? none];
    return { line: direction === 'LR' ? lineAcross(start, end, box.width) : lineDown(start, end), look };
  });
  return { width: Math.ceil(width), height: Math.ceil(height), places, lines, box, isUpright: direction === 'TB' };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

function lineAcross(start: Place, end: Place, width: number): string {
  const [from, to] = [start.x + width / 2, end.x - width / 2 - 2];
  const middle = (from + to) / 2;
  return `M${from} ${start.y} C${middle} ${start.y} ${middle} ${end.y} ${to} ${end.y}`;
}

function lineDown(start: Place, end: Place): string {
  const [from, to] = [start.y + start.height / 2, end.y - end.height / 2 - 2];
  const middle = (from + to) / 2;
  return `M${start.x} ${from} C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${to}`;
}
