import { counted } from '../format.ts';
import type { GridProps } from './grid-props.ts';
import { useRows } from './grid-work.ts';

/** More rows than these nobody checks on paper; how many are left out is said, and where they are. */
const printedRows = 1500;

/** A table of more columns has smaller letters: the browser would shrink every page for it. */
const manyColumns = 8;

/** A grid on paper: all its columns and, up to a limit, all its rows. */
export function PrintedGrid({ label, noun, columns: all, count, filter, sortedBy, empty }: GridProps) {
  const rows = useRows(all, count, sortedBy, [filter]);
  const columns = all.filter(({ isUnprinted }) => isUnprinted !== true);
  if (rows.length === 0) {
    return <p class="clear">{empty ?? `There are no ${noun[1]}.`}</p>;
  }
  return (
    <>
      <table class={columns.length > manyColumns ? 'printed narrow' : 'printed'}>
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map(({ id, header, isNumber }) => (
              <th key={id} class={isNumber === true ? 'number' : ''}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from(rows.subarray(0, printedRows), (row) => (
            <tr key={row}>
              {columns.map(({ id, cell, isNumber }) => (
                <td key={id} class={isNumber === true ? 'number' : ''}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">
        {rows.length > printedRows
          ? `The first ${counted(printedRows, ...noun)} of ${counted(rows.length, ...noun)}. All of them are in the page ` +
            'itself, where the list can be saved as CSV.'
          : `${counted(rows.length, ...noun)} in all.`}
      </p>
    </>
  );
}
