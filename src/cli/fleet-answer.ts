import { jsonLinesLater } from '../answers/json-lines.ts';
import type { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { type Ask, askEach, type EachOptions, type Standing } from './fleet-projects.ts';
import { closingLines, headingOf, isComplete, refuseIncomplete, standingJson } from './fleet-standing.ts';
import { writeResult } from './results.ts';

/** An answer over a fleet: `pieces` are written first, and then `refuse` throws where they are not all there is to say. */
export interface FleetAnswer {
  readonly pieces: AsyncIterable<string>;
  readonly refuse: () => void;
}

export interface AnswerOptions extends EachOptions {
  readonly json?: boolean | undefined;
}

/** A question to each project of a fleet, and how the answers are told. `T` is what one project says. */
export interface FleetQuestion<T> {
  /** As the command is called, and its JSON says. */
  readonly name: string;
  /** What was asked: fields of the JSON. */
  readonly asked: object;
  /** What the JSON calls its rows. */
  readonly list: string;
  readonly ask: Ask<T>;
  /** Rows of the JSON, without the project. They are read, or `lines`, while the index of the project is open. */
  readonly rows: (answer: T, standing: Standing) => Iterable<object>;
  /** What people are told below the name of the project. Where that is nothing, the project is not named. */
  readonly lines: (answer: T, standing: Standing) => Iterable<string>;
  /** Takes into account what one project said, when its rows or lines were read. */
  readonly count: (answer: T, standing: Standing) => void;
  /** Follows when all projects are counted. */
  readonly finish?: () => void;
  readonly closing: (standings: readonly Standing[]) => Iterable<string>;
  /** Fields of the JSON behind the rows. */
  readonly after: () => object;
  /** Why the command fails although all projects are known; `inconsistent` where its answer is not complete. */
  readonly lack?: () => ConnectorError | undefined;
}

/** Asks the projects one after the other, and tells what they say as they say it. */
export function overFleet<T>(
  projects: readonly FleetProject[],
  options: AnswerOptions,
  question: FleetQuestion<T>,
): FleetAnswer {
  const { json = false, nowMs } = options;
  const { name, asked, list, ask, count, finish, closing, after, lack } = question;
  const standings: Standing[] = [];

  async function* told<P>(piecesOf: (answer: T, standing: Standing) => Iterable<P>): AsyncGenerator<P> {
    for await (const { standing, answer } of askEach(projects, options, ask)) {
      standings.push(standing);
      if (answer !== undefined) {
        yield* piecesOf(answer, standing);
        count(answer, standing);
      }
    }
    finish?.();
  }
  function* rows(answer: T, standing: Standing): Generator<object> {
    const { name: project, id: projectId } = standing.project;
    for (const row of question.rows(answer, standing)) {
      yield { project, projectId, ...row };
    }
  }
  function* lines(answer: T, standing: Standing): Generator<string> {
    let isNamed = false;
    for (const line of question.lines(answer, standing)) {
      if (!isNamed) {
        yield headingOf(standing, nowMs);
        isNamed = true;
      }
      yield line;
    }
    if (isNamed) {
      yield '';
    }
  }
  async function* text(): AsyncGenerator<string> {
    for await (const line of told(lines)) {
      yield `${line}\n`;
    }
    for (const line of [...closing(standings), ...closingLines(standings, nowMs)]) {
      yield `${line}\n`;
    }
  }
  const end = (): object => ({
    ...after(),
    projects: standings.map((standing) => standingJson(standing, nowMs)),
    complete: isComplete(standings) && lack?.()?.kind !== 'inconsistent',
  });
  return {
    pieces: json ? jsonLinesLater({ question: name, ...asked }, list, told(rows), end) : text(),
    refuse: () => {
      refuseIncomplete(name, standings);
      const failure = lack?.();
      if (failure !== undefined) {
        throw failure;
      }
    },
  };
}

export async function tellAnswer({ pieces, refuse }: FleetAnswer, signal: AbortSignal): Promise<void> {
  await writeResult(pieces, signal);
  refuse();
}
