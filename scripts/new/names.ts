/** A thing's name in all forms in which files, identifiers and sentences need it. */
export interface Names {
  /** `third_party_app`, as the protocol has it. */
  readonly id: string;
  /** `thirdPartyApp` and `ThirdPartyApp`, in code. */
  readonly camel: string;
  readonly pascal: string;
  /** `third-party-app`, of a file. */
  readonly file: string;
  /** `third party app`, `Third party app`, `a third party app` and `A third party app`, in a sentence. */
  readonly words: string;
  readonly title: string;
  readonly one: string;
  readonly oneCapitalized: string;
}

/** The forms of a name in snake case. Throws for anything else. */
export function namesOf(id: string): Names {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(id)) {
    throw new Error(`${JSON.stringify(id)} is no name in snake_case, such as access_key`);
  }
  const parts = id.split('_');
  const pascal = parts.map(capitalized).join('');
  const words = parts.join(' ');
  const one = `${/^(?!one|us|uni)[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
  return {
    id,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    file: parts.join('-'),
    words,
    title: capitalized(words),
    one,
    oneCapitalized: capitalized(one),
  };
}

/** The plural of a name in snake case, as English mostly makes it. */
export function pluralOf(id: string): string {
  if (/[^aeiou]y$/.test(id)) {
    return `${id.slice(0, -1)}ies`;
  }
  return /(s|x|z|ch|sh)$/.test(id) ? `${id}es` : `${id}s`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
