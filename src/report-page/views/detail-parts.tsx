import type { ComponentChildren } from 'preact';
import { Name } from './names.tsx';

/** The top of a detail: what it is, its name, and marks. */
export function DetailHead({
  what,
  name,
  children,
}: {
  readonly what: string;
  readonly name: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <header class="detail-head">
      <p class="what">{what}</p>
      <h2>
        <Name text={name} />
      </h2>
      <p class="badges">{children}</p>
    </header>
  );
}

/** Facts in two columns; those without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== '' && value !== undefined && value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
