import type { ResourceRef } from './ids.ts';

/** A resource as a Baton id names it: itself, and perhaps its parent. */
export interface ResourceBid extends ResourceRef {
  readonly parent?: ResourceRef;
}

/**
 * Reads a Baton id of a resource, `bid:r:[parent type/parent id/]type/id`, in which `\` stands before each `\`, `/` and
 * `:` of a value. Undefined for any other text, also for the Baton id of an entitlement or a grant.
 */
export function parseResourceBid(text: string): ResourceBid | undefined {
  const parts = partsOf(text);
  const [prefix, kind] = parts?.[0] ?? [];
  const [, path, ...rest] = parts ?? [];
  if (prefix !== 'bid' || kind !== 'r' || path === undefined || rest.length > 0 || path.includes('')) {
    return undefined;
  }
  const [first = '', second = '', third, fourth] = path;
  if (path.length === 2) {
    return { typeId: first, id: second };
  }
  return path.length === 4 && third !== undefined && fourth !== undefined
    ? { typeId: third, id: fourth, parent: { typeId: first, id: second } }
    : undefined;
}

/** The Baton id of a resource. */
export function resourceBid({ typeId, id, parent }: ResourceBid): string {
  const path = [...(parent === undefined ? [] : [parent.typeId, parent.id]), typeId, id];
  return `bid:r:${path.map((part) => part.replaceAll(/[\\/:]/g, String.raw`\$&`)).join('/')}`;
}

/**
 * The values of the text: the words before the second colon in the first place, then what is between colons, each cut
 * at its slashes. Undefined where a backslash stands before anything but the three.
 */
function partsOf(text: string): readonly (readonly string[])[] | undefined {
  const sections: string[][] = [['']];
  for (let place = 0; place < text.length; place += 1) {
    const section = sections.at(-1) ?? [];
    const sign = text[place] ?? '';
    if (sign === ':') {
      sections.push(['']);
    } else if (sign === '/') {
      section.push('');
    } else {
      if (sign === '\\') {
        place += 1;
        if (!['\\', '/', ':'].includes(text[place] ?? '')) {
          return undefined;
        }
      }
      section.push(`${section.pop() ?? ''}${text[place] ?? ''}`);
    }
  }
  const [prefix, kind, ...others] = sections;
  return prefix?.length === 1 && kind?.length === 1 ? [[prefix[0] ?? '', kind[0] ?? ''], ...others] : undefined;
}
