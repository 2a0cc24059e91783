import type { Decision, ReviewAbout } from '../../review/format.ts';

/** "tenant Acme (acme)", "the whole project". */
export function scopeInWords({ scope: { kind, id, name } }: Pick<ReviewAbout, 'scope'>): string {
  if (kind === 'all') {
    return 'everything in the project';
  }
  const own = kind === 'app' ? id.slice(id.indexOf(':') + 1) : id;
  return `${kind} ${name === '' || name === own ? own : `${name} (${own})`}`;
}

export const decisionNames: Readonly<Record<Decision, string>> = {
  keep: 'Keep',
  revoke: 'Revoke',
  question: 'Question',
};

/** What a decision does, for whoever has to make it. */
export const decisionKeys: Readonly<Record<string, Decision | 'open'>> = {
  k: 'keep',
  r: 'revoke',
  q: 'question',
  u: 'open',
};
