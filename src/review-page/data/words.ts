import type { Decision } from '../../review/format.ts';

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
