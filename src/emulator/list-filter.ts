import type { RequestBody } from './request-body.ts';

// Filters that searches of several families have in common. A field left out filters nothing.

/** Whether one of the wanted values is held. */
export function matchesAny(body: RequestBody, field: string, held: readonly string[]): boolean {
  const wanted = body.texts(field);
  return wanted.length === 0 || wanted.some((value) => held.includes(value));
}

/** Whether a field that names one value names this one. */
export function matchesText(body: RequestBody, field: string, held: string): boolean {
  return ['', held].includes(body.text(field));
}

/** Whether the text of a field is part of what is searched, in any case of letters. */
export function containsText(body: RequestBody, field: string, searched: string): boolean {
  return searched.toLowerCase().includes(body.text(field).toLowerCase());
}

/** Whether every custom attribute asked for has exactly this value. */
export function matchesAttributes(body: RequestBody, held: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(body.object('customAttributes')).every(
    ([key, value]) => JSON.stringify(held[key]) === JSON.stringify(value),
  );
}
