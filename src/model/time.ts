/** What a protobuf Timestamp can say: the years 1 to 9999, in epoch seconds. */
const earliest = -62_135_596_800; // 0001-01-01T00:00:00Z
const latest = 253_402_300_799; // 9999-12-31T23:59:59Z

/** Whether a time can be told at all: beyond these years, protobuf has no words for it. */
export function isTellable(epochSeconds: number): boolean {
  return epochSeconds >= earliest && epochSeconds <= latest;
}

/** RFC 3339 of whole seconds, as protobuf JSON writes it: "2022-01-03T08:00:00Z". */
export function toTime(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}
