/** What a protobuf Timestamp can say: the years 1 to 9999, in epoch seconds. */
const earliest = -62_135_596_800; // 0001-01-01T00:00:00Z
const latest = 253_402_300_799; // 9999-12-31T23:59:59Z

/** Whether a time can be told at all: beyond these years, protobuf has no words for it. */
export function isTellable(epochSeconds: number): boolean {
  return epochSeconds >= earliest && epochSeconds <= latest;
}

const daySeconds = 86_400;
let lastDay = Number.NaN;
let lastDate = '';

/** RFC 3339 of whole seconds, as protobuf JSON writes it: "2022-01-03T08:00:00Z". The date of the last one is remembered: people are told in the order in which they came. */
export function toTime(epochSeconds: number): string {
  const day = Math.floor(epochSeconds / daySeconds);
  if (day !== lastDay) {
    lastDate = new Date(day * daySeconds * 1000).toISOString().slice(0, 11);
    lastDay = day;
  }
  const second = epochSeconds - day * daySeconds;
  return `${lastDate}${twoDigits(Math.floor(second / 3600))}:${twoDigits(Math.floor(second / 60) % 60)}:${twoDigits(second % 60)}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
