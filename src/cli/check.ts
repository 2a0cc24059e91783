import { momentInWords } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { rankOf } from '../checks/check.ts';
import { csvPieces } from '../checks/format-csv.ts';
import { junitPieces } from '../checks/format-junit.ts';
import { markdownLines } from '../checks/format-markdown.ts';
import { sarifPieces } from '../checks/format-sarif.ts';
import { jsonPieces } from '../checks/format-json.ts';
import { textLines } from '../checks/format-text.ts';
import type { CheckFormat } from '../checks/formats.ts';
import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import { ownRuleIds, policyRuleIds } from '../checks/policy/read.ts';
import type { Policy } from '../checks/policy/schema.ts';
import { severities, type Severity } from '../checks/rule.ts';
import { builtInRules } from '../checks/rules.ts';
import { counting, notEvaluatedIn, type Told } from '../checks/told.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { nearNames } from '../model/near-names.ts';
import { writeWhole } from '../output/whole-file.ts';
import { printable } from '../printable.ts';
import { fullPath } from '../store-url.ts';
import { chooseFile } from './file-argument.ts';
import type { CommandContext } from './command-context.ts';
import { checkFindingsTarget } from './findings-target.ts';
import { readIndex } from './read-index.ts';
import { policyOrNone } from './policy-file.ts';
import { prose, withEnds, writeResult } from './results.ts';
import { isStdout } from './stdout-names.ts';
import type { WhenFlags } from './stored.ts';
import { tell } from './tell.ts';
import { painter } from './terminal.ts';

export interface CheckFlags extends WhenFlags {
  readonly failOn: Severity | 'none';
  readonly format: CheckFormat;
  readonly policy?: string;
  readonly rule?: readonly string[];
  readonly out?: string;
}

/** The exit code where a finding is as bad as `--fail-on` says, or worse. */
const foundCode = 1;
/** Of each rule, on a screen. */
const mostShown = 10;

type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Looks a file over by the rules, and tells what they found. */
export async function check(
  given: string | undefined,
  options: CheckFlags,
  { env, signal, endWith }: Pick<CommandContext, 'env' | 'signal' | 'endWith'>,
): Promise<void> {
  const { failOn } = options;
  const out = isStdout(options.out) ? undefined : options.out;
  const policy = await policyOrNone(options.policy);
  checkRules(options.rule, policy);
  const file = fullPath(await chooseFile(given, { env, except: [out] }));
  if (out !== undefined) {
    await checkFindingsTarget(out, [
      { path: file, what: 'the file to read' },
      { path: options.policy, what: 'the policy' },
    ]);
  }
  await using index = await readIndex(file, signal, options);
  const told = counting(index, checkByPolicy(index, { policy, only: options.rule, nowMs: Date.now() }));
  const pieces = piecesOf(told, index, { ...options, isScreen: out === undefined });
  await (out === undefined ? writeResult(pieces, signal) : writeTo(out, pieces, signal));
  if (options.format === 'csv') {
    untoldInWords(told).forEach((note) => tell('info', note));
  }
  if (severities.some((severity) => isFailure(severity, failOn) && told.counts.bySeverity[severity] > 0)) {
    endWith(foundCode);
  }
}

function piecesOf(
  told: Told,
  index: FileIndex,
  { format, rule, failOn, isScreen }: CheckFlags & { readonly isScreen: boolean },
): Pieces {
  switch (format) {
    case 'json':
      return jsonPieces(told);
    case 'csv':
      return csvPieces(told);
    case 'sarif':
      return sarifPieces(told, { onCut: (text) => tell('warn', text) });
    case 'md':
      return withEnds(markdownLines(told));
    case 'junit':
      return junitPieces(told, failOn);
    default:
      return withEnds(
        (function* () {
          yield* textLines(told, {
            most: rule === undefined ? mostShown : undefined,
            paint: isScreen ? painter() : (_style, text) => text,
            prose: isScreen ? prose : (...lines) => lines,
          });
          yield* isScreen ? prose(...momentInWords(index)) : momentInWords(index);
        })(),
      );
  }
}

function untoldInWords({ rules }: Told): string[] {
  return Array.from(notEvaluatedIn(rules), ([reason, ids]) => `not evaluated, since ${reason}: ${ids.join(', ')}`);
}

function isFailure(severity: Severity, failOn: CheckFlags['failOn']): boolean {
  return failOn !== 'none' && rankOf(severity) <= rankOf(failOn);
}

function checkRules(ids: readonly string[] = [], policy: Policy): void {
  const names = [...builtInRules.map(({ id }) => id), ...policyRuleIds(policy), ...ownRuleIds(policy)];
  for (const id of ids) {
    if (!names.includes(id)) {
      const [near] = nearNames(id, names, 1);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      throw new ConnectorError('config', `there is no rule ${printable(id)}${meant}: docs/checks.md lists them`);
    }
    if ((policy.rules as Readonly<Record<string, unknown>>)[id] === 'off') {
      throw new ConnectorError(
        'config',
        `the policy has the rule ${id} off: take that out of it, or ask without --policy`,
      );
    }
  }
}

async function writeTo(path: string, pieces: Pieces, signal: AbortSignal): Promise<void> {
  await writeWhole(path, async (file) => {
    for await (const piece of pieces) {
      throwIfCancelled(signal);
      await (typeof piece === 'string' ? file.write(piece) : file.writeBytes(piece));
    }
  });
}
