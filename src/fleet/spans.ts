const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

/** "90m", "6h": a duration as a fleet file writes it. */
export function span(ms: number): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => ms % unitMs[one] === 0);
  return unit === undefined ? `${ms / 1_000}s` : `${ms / unitMs[unit]}${unit}`;
}
