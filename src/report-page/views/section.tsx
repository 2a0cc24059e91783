import type { ComponentChildren } from 'preact';
import { number } from '../format.ts';

/** A number with its name, which leads nowhere. */
export function Tile({ name, value, note }: { readonly name: string; readonly value: number; readonly note: string }) {
  return (
    <div class="card tile">
      <span class="tile-name">{name}</span>
      <span class="tile-value">{number(value)}</span>
      <span class="tile-note">{note}</span>
    </div>
  );
}

/** A list with its number and its rule; one sentence where it is empty. */
export function Section({
  title,
  count,
  rule,
  none,
  children,
}: {
  readonly title: string;
  readonly count: number;
  readonly rule: string;
  readonly none: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="panel block" aria-label={title}>
      <header class="panel-head">
        <h2>
          {title} <span class="count">{number(count)}</span>
        </h2>
      </header>
      {count === 0 ? (
        <p class="clear">{none}</p>
      ) : (
        <>
          <p class="rule">{rule}</p>
          {children}
        </>
      )}
    </section>
  );
}
