import { expect, it } from 'vitest';
import type { FleetEngine, NewRun } from '../../src/fleet/engine.ts';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { createScheduler } from '../../src/fleet/scheduler.ts';
import { slotsOf } from '../../src/fleet/slots.ts';
import { statusOf } from '../../src/fleet/status.ts';
import { made } from '../support/engine-behaviour.ts';
import { hourlyFleet, hourMs } from '../support/fleet-simulation.ts';

const nowMs = Date.parse('2026-11-30T12:00:00Z');
const { projects } = hourlyFleet(1);
const project = projects[0] as FleetProject;

it('a clock that was ahead and is set back keeps the running scheduler from no slot', async () => {
  let clock = nowMs + 365 * 86_400_000;
  const slots: number[] = [];
  const engine = {
    put: async ({ slotMs }: NewRun) => {
      slots.push(slotMs);
      return 'put';
    },
  } as Partial<FleetEngine> as FleetEngine;
  const scheduler = createScheduler(projects, engine, () => clock);
  await scheduler.putDue();
  clock = nowMs;
  await scheduler.putDue();
  clock += hourMs;
  await scheduler.putDue();

  const last = slotsOf(project)?.last(nowMs) ?? 0;
  expect(slots.slice(1)).toEqual([last, last + hourMs]);
});

it('a scheduler that has thousands to put lets workers be looked after in between, and puts each once', async () => {
  const many = hourlyFleet(450).projects;
  const puts: string[] = [];
  const engine = {
    put: async ({ project: id }: NewRun) => {
      puts.push(id);
      return 'put';
    },
  } as Partial<FleetEngine> as FleetEngine;
  const scheduler = createScheduler(many, engine, () => nowMs);
  const after: number[] = [];
  for (let call = 0; call < 4; call += 1) {
    await scheduler.putDue();
    after.push(puts.length);
  }
  expect(after).toEqual([200, 400, 450, 450]);
  expect(new Set(puts).size).toBe(450);
});

it('a project whose slot was put by a clock far ahead is overdue once its last sync is older than its slot', () => {
  const slotMs = slotsOf(project)?.last(nowMs - 10 * 60_000) ?? 0;
  const stateWith = (lastSlotMs: number, finishedMs: number): string =>
    statusOf(
      project,
      { isPaused: false, lastSlotMs, last: { ...made, finishedMs, slotMs }, givenUpInARow: 0, passedOver: 0 },
      nowMs,
    ).state;
  const ahead = nowMs + 365 * 86_400_000;

  expect(stateWith(slotMs, slotMs - 1)).toBe('ok');
  expect(stateWith(slotMs - hourMs, slotMs + 1)).toBe('overdue');
  expect(stateWith(ahead, slotMs - 1)).toBe('overdue');
  expect(stateWith(ahead, ahead)).toBe('overdue');
  expect(stateWith(ahead, slotMs + 1)).toBe('ok');
});
