import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Action } from '../actions/action.ts';
import { actions } from '../actions/actions.ts';
import { type ActionEnd, beginAction } from '../actions/begin.ts';
import { printable, printableJson } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { actionTitle } from '../model/action-schema.ts';
import { nearNames } from '../model/near-names.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';
import { prose } from './results.ts';
import { writeLines } from './write-lines.ts';

export type ActionRunFlags = OperationFlags & { readonly arg?: readonly string[] };

type Context = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/** `action run`: what cannot be undone is asked for first. */
export async function runAction(name: string, flags: ActionRunFlags, context: Context): Promise<void> {
  const action = actionNamed(name);
  await runToEnd(action, argumentsOf(action, flags.arg ?? []), flags, context);
}

/** `--invoke-action`, as every Baton connector takes it: by ids, and without a question. */
export async function invokeAsked({ asked, options, context }: OneShotCall): Promise<void> {
  const { invokeAction: name = '', invokeActionArgs = '{}', invokeActionResourceType: typeId } = asked;
  const action = actionNamed(typeId === undefined || typeId === '' ? name : `${typeId}.${name}`);
  const args = parsedArguments(invokeActionArgs === '' ? '{}' : invokeActionArgs);
  await runToEnd(action, args, { ...options, needsProvisioning: true, yes: true }, context);
}

async function runToEnd(action: Action, args: JsonObject, flags: OperationFlags, context: Context): Promise<void> {
  const { signal } = context;
  const title = actionTitle(action.words);
  const end = await withProvisioner(flags, context, async ({ provisioner, checkProvisioning, logger }) => {
    const run = await beginAction(action, args, provisioner, logger, async () => {
      checkProvisioning();
      if (action.cannotUndo !== undefined) {
        await confirmed(`Run ${title} (${action.cannotUndo})`, flags, signal);
      }
    });
    return await run(signal);
  });
  tell(title, end, flags, context);
}

/** What was done is told also where the action failed half way; then its error follows, with its exit code. */
function tell(
  title: string,
  { status, response, attempts, error }: ActionEnd,
  { json, dryRun }: OperationFlags,
  { print }: Context,
): void {
  if (json === true) {
    const writes = attempts.flatMap((attempt) => attempt.writes);
    print(printableJson({ action: title, status: dryRun === true ? 'planned' : status, ...response, writes }));
  } else {
    const { message, steps, success: _success, error: _error, request_ids: _ids, ...others } = response;
    const planned = dryRun === true ? attempts.flatMap(({ writes }) => writes.flatMap(writeLines)) : [];
    const lines = [
      ...(dryRun === true ? ['Nothing was sent.'] : []),
      ...(typeof message === 'string' ? prose(`${message}.`) : []),
      ...(Array.isArray(steps) ? steps.flatMap((step) => (typeof step === 'string' ? [`  ${step}`] : [])) : []),
      ...Object.entries(others).map(([name, value]) => `  ${name}: ${printableJson(value)}`),
      ...(planned.length > 0 ? ['This would be sent:', ...planned] : []),
    ];
    if (error === undefined || lines.length > 0) {
      print(lines.join('\n'));
    }
  }
  if (error !== undefined) {
    throw error;
  }
}

function actionNamed(name: string): Action {
  const found = actions.find(({ words }) => actionTitle(words) === name);
  if (found !== undefined) {
    return found;
  }
  const titles = actions.map(({ words }) => actionTitle(words));
  const [near] = nearNames(name, titles, 1);
  throw new ConnectorError(
    'not-found',
    `there is no action ${JSON.stringify(printable(name.slice(0, 100)))}${near === undefined ? '' : `: did you mean ${near}?`}; "baton-descope action list" has all`,
  );
}

/** Flags become true or false and lists are gathered, as the action says of its arguments. */
function argumentsOf({ words }: Action, given: readonly string[]): JsonObject {
  const args = new Map<string, JsonValue>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new ConnectorError('config', `--arg ${JSON.stringify(printable(text.slice(0, 100)))} is not name=value`);
    }
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    const field = words.arguments.find((one) => one.name === name);
    const before = args.get(name);
    if (before !== undefined && field?.type !== 'texts') {
      throw new ConnectorError('config', `--arg ${printable(name)} is given twice`);
    }
    args.set(
      name,
      field?.type === 'texts' ? [...(Array.isArray(before) ? before : []), value] : flagged(field?.type, value),
    );
  }
  return Object.fromEntries(args);
}

function flagged(type: string | undefined, value: string): JsonValue {
  return type === 'flag' && (value === 'true' || value === 'false') ? value === 'true' : value;
}

function parsedArguments(text: string): JsonObject {
  const refused = new ConnectorError(
    'config',
    '--invoke-action-args is not a JSON object, such as {"user_id": "U2abc"}',
  );
  try {
    const parsed = JSON.parse(text) as JsonValue;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed;
    }
  } catch {
    throw refused;
  }
  throw refused;
}
