import { Badge, Name, WordStatus } from '../../report-page/views/names.tsx';
import { useReview } from '../context.ts';
import { severityOrder } from '../data/holdings.ts';

const tones = { critical: 'bad', high: 'bad', medium: 'warn', low: 'info', info: 'quiet' } as const;

export function toneOf(severity: string): (typeof tones)[keyof typeof tones] {
  return severityOrder.some((word) => word === severity) ? tones[severity as keyof typeof tones] : 'quiet';
}

/** The worst of what speaks against a holding, and how much more there is. */
export function FindingBadges({ row }: { readonly row: number }) {
  const { holdings } = useReview();
  const { thing, findings } = holdings.at(row);
  const { rules } = holdings.data;
  const rank = (rule: number): number => severityOrder.findIndex((word) => word === rules[rule]?.severity);
  const [worst, ...more] = findings.toSorted((one, other) => rank(one.rule) - rank(other.rule));
  const title = worst === undefined ? '' : (rules[worst.rule]?.title ?? '');
  return (
    <>
      {thing.risk !== '' && <Badge tone="bad">powerful</Badge>}{' '}
      {worst !== undefined && (
        <Badge tone={toneOf(rules[worst.rule]?.severity ?? '')}>
          <Name text={title} />
        </Badge>
      )}
      {more.length > 0 && <span class="note"> +{more.length}</span>}
    </>
  );
}

/** Descope's word; nothing for what has no status. */
export function statusBadge(status: string) {
  return status === '' ? null : <WordStatus word={status} />;
}
