import * as Plot from '@observablehq/plot';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useReport } from '../context.ts';
import { plain, shorten } from '../data/text.ts';
import { number } from '../format.ts';

/** Draws at a width in pixels; `dense` for paper. */
type Draw = (width: number, dense: boolean) => SVGSVGElement | HTMLElement;

interface ChartProps {
  readonly title: string;
  readonly note: ComponentChildren;
  /** The same as a table, for who does not see the picture. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly draw: Draw;
  readonly legend?: readonly (readonly [colour: string, text: string])[];
}

const printedWidth = 330;

export function Chart({ title, note, table, draw, legend }: ChartProps) {
  const { printing } = useReport();
  const isEmpty = table.rows.length === 0;
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (frame.current !== null) {
      observer.observe(frame.current);
    }
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (isEmpty) {
      return;
    }
    const chart = draw(printing ? printedWidth : Math.max(width, 240), printing);
    chart.querySelector('style')?.remove(); // ours are in the page's one style sheet, the only one that is allowed
    chart.setAttribute('aria-hidden', 'true'); // the table says the same
    chart.querySelectorAll('a').forEach((link) => link.setAttribute('tabindex', '-1'));
    frame.current?.replaceChildren(chart);
  }, [draw, width, printing]);

  return (
    <figure class="card chart">
      <figcaption>
        <h3>{title}</h3>
        <p class="note">{note}</p>
      </figcaption>
      {!isEmpty && legend !== undefined && (
        <ul class="legend">
          {legend.map(([colour, text]) => (
            <li key={text}>
              <span class="swatch" style={{ background: colour }} />
              {text}
            </li>
          ))}
        </ul>
      )}
      <div ref={frame} class="chart-frame">
        {isEmpty && <p class="clear">Nothing to show.</p>}
      </div>
      <details class="as-table" hidden={isEmpty}>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              {table.head.map((text) => (
                <th key={text}>{text}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              <tr key={at}>
                {row.map((text, column) => (
                  <td key={column}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** A bar: what it is called, where a click leads, and one length for each colour. */
export interface Bar {
  readonly name: string;
  readonly href: string;
  readonly parts: readonly { readonly value: number; readonly colour: string }[];
  /** Stands at the end of the bar. */
  readonly value: string;
}

/** Horizontal bars with their names before and their numbers behind them. */
export function drawBars(bars: readonly Bar[]): Draw {
  return (width, dense) => {
    const margin = Math.min(
      190,
      Math.max(90, Math.floor(width * 0.42)),
      24 + 7.6 * Math.max(0, ...bars.map(({ name }) => name.length)),
    );
    const characters = Math.floor(margin / 7.4);
    const longest = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
    const pieces = bars.flatMap(({ parts, href, name }, row) =>
      parts.map(({ value, colour }) => ({ row, value, colour, href, title: `${plain(name)}: ${number(value)}` })),
    );
    const ends = bars.map(({ value, parts }, row) => ({
      row,
      value,
      end: parts.reduce((sum, part) => sum + part.value, 0),
    }));
    return Plot.plot({
      width,
      height: bars.length * (dense ? 19 : 27) + 8,
      marginLeft: margin,
      marginRight: 12 + 7.4 * Math.max(0, ...bars.map(({ value }) => value.length)),
      marginTop: 4,
      marginBottom: 4,
      className: 'plot',
      x: { axis: null, domain: [0, longest] },
      y: { axis: null, domain: bars.map((_, row) => row), padding: 0.34 },
      marks: [
        Plot.axisY({
          tickSize: 0,
          tickPadding: 10,
          label: null,
          fontSize: 12.5,
          tickFormat: (row: number) => plain(shortName(bars[row]?.name ?? '', characters)),
        }),
        Plot.barX(pieces, {
          x: 'value',
          y: 'row',
          fill: 'colour',
          href: 'href',
          title: 'title',
          rx: 2.5,
          insetRight: 0.5,
        }),
        Plot.text(ends, {
          x: 'end',
          y: 'row',
          text: 'value',
          textAnchor: 'start',
          dx: 7,
          fontSize: 12.5,
          className: 'bar-value',
        }),
      ],
    });
  };
}

/** What stands in brackets at the end tells things of one name apart: the name before it gives way first. */
function shortName(name: string, most: number): string {
  const [mark = ''] = / \([^()]{1,24}\)$/.exec(name) ?? [];
  return mark.length > most - 4
    ? shorten(name, most)
    : shorten(name.slice(0, name.length - mark.length), most - mark.length) + mark;
}

/** How many people (y) have how many of something (x). */
export function drawHistogram(values: readonly number[], label: string): Draw {
  return (width, dense) => {
    const bins = values.map((people, at) => ({ at, people }));
    return Plot.plot({
      width,
      height: dense ? 150 : 210,
      marginLeft: 48,
      marginBottom: 38,
      marginTop: 12,
      className: 'plot',
      x: {
        label,
        labelAnchor: 'center',
        labelArrow: 'none',
        type: 'band',
        domain: bins.map(({ at }) => at),
        padding: 0.18,
        ...(bins.length > 24 && {
          ticks: bins.filter(({ at }) => at % Math.ceil(bins.length / 12) === 0).map(({ at }) => at),
        }),
      },
      y: { label: null, grid: true, ticks: 4, tickFormat: (value: number) => number(value) },
      marks: [
        Plot.barY(bins, {
          x: 'at',
          y: 'people',
          fill: 'var(--series-1)',
          rx: 2.5,
          title: ({ at, people }: { at: number; people: number }) => `${number(people)} people: ${at}`,
        }),
        Plot.ruleY([0], { stroke: 'var(--line)' }),
      ],
    });
  };
}
