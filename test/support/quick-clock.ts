// Loaded into the built program before anything else (`node --import`): its timers run fifty times faster, from a tenth
// of a second on. The deadlines of the transport cannot be set from outside, on purpose. The one for a connection stays
// as it is: a busy machine needs more than a fiftieth of it. With `?waits` all deadlines stay, and only shorter waits,
// such as those between tries, pass faster: for tests that count tries, or in which no deadline is to pass.
const speed = 50;
const connectionMs = 10_000;
const areWaitsOnly = new URL(import.meta.url).searchParams.has('waits');
const isQuick = (ms: number): boolean => ms >= 100 && (areWaitsOnly ? ms < connectionMs : ms !== connectionMs);
const usual = globalThis.setTimeout;
const quick = (callback: (...values: unknown[]) => void, ms = 0, ...values: unknown[]): NodeJS.Timeout =>
  usual(callback, isQuick(ms) ? ms / speed : ms, ...values);
globalThis.setTimeout = Object.assign(quick, usual);
