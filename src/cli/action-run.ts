import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Action } from '../actions/action.ts';
import { actions } from '../actions/actions.ts';
import { type ActionEnd, beginAction } from '../actions/begin.ts';
import { printable, printableJson, quoted } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { actionTitle } from '../model/action-schema.ts';
import { nearNames } from '../model/near-names.ts';
import { secretOfAction } from './action-secret.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { confirmed, type OperationFlags, type OperationSetup, withProvisioner } from './operation.ts';
import { openPolicyGuard } from './policy-guard.ts';
import { printSecret } from './print-secret.ts';
import { prose } from './results.ts';
import type { SecretFlags } from './secret-output.ts';
import { writeLines } from './write-lines.ts';

export type ActionRunFlags = OperationFlags & SecretFlags & { readonly arg?: readonly string[] };

type Context = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/** `action run`: what cannot be undone is asked for first. */
export async function runAction(name: string, flags: ActionRunFlags, context: Context): Promise<void> {
  const action = actionNamed(name);
  await runToEnd(action, argumentsOf(action, flags.arg ?? []), { flags, told: flags }, context);
}

/** `--invoke-action`, as every Baton connector takes it: by ids, and without a question. */
export async function invokeAsked({ asked, options, context }: OneShotCall): Promise<void> {
  const { invokeAction: name = '', invokeActionArgs = '{}', invokeActionResourceType: typeId } = asked;
  const action = actionNamed(typeId === undefined || typeId === '' ? name : `${typeId}.${name}`);
  const args = parsedArguments(invokeActionArgs === '' ? '{}' : invokeActionArgs);
  const { recipient, reveal } = asked;
  const told = { ...(recipient !== undefined && { recipient }), ...(reveal === true && { reveal: true }) };
  const flags = { ...options, needsProvisioning: true, yes: true };
  await runToEnd(action, args, { flags, told }, context);
}

async function runToEnd(
  action: Action,
  asked: JsonObject,
  { flags, told }: { readonly flags: OperationFlags; readonly told: SecretFlags },
  context: Context,
): Promise<void> {
  const { signal } = context;
  const secret = await secretOfAction(action, asked, told);
  const args = secret?.args ?? asked;
  const title = actionTitle(action.words);
  const work = async ({ provisioner, checkProvisioning, logger }: OperationSetup): Promise<ActionEnd> => {
    const run = await beginAction(action, args, provisioner, logger, async () => {
      checkProvisioning();
      if (action.cannotUndo !== undefined) {
        await confirmed(`Run ${title} (${action.cannotUndo})`, flags, signal);
      }
    });
    return await run(signal);
  };
  const end = await withProvisioner(flags, context, work, {
    policyOf: ({ settings, logger }) => openPolicyGuard(settings, { logger, signal }),
  });
  if (secret === undefined || end.error !== undefined) {
    tell(title, end, flags, context);
    return;
  }
  const { encrypted: _own, ...response } = end.response;
  await printSecret(
    {
      sentences: sentencesOf(end, flags),
      line: lineOf(title, { ...end, response }, flags),
      secret: await secret.opened(end.response),
    },
    { teller: secret.teller, flags, print: context.print },
  );
}

/** What was done is told also where the action failed half way; then its error follows, with its exit code. */
function tell(title: string, end: ActionEnd, flags: OperationFlags, { print }: Context): void {
  const { error } = end;
  if (flags.json === true) {
    print(printableJson(lineOf(title, end, flags)));
  } else {
    const { steps, encrypted, others, planned, message } = partsOf(end, flags);
    const lines = [
      ...(flags.dryRun === true ? ['Nothing was sent.'] : []),
      ...prose(...message),
      ...steps.map((step) => `  ${step}`),
      ...Object.entries(others).map(([name, value]) => `  ${name}: ${printableJson(value)}`),
      ...(planned.length > 0 ? ['This would be sent:', ...planned] : []),
      ...encrypted,
    ];
    if (error === undefined || lines.length > 0) {
      print(lines.join('\n'));
    }
  }
  if (error !== undefined) {
    throw error;
  }
}

function sentencesOf(end: ActionEnd, flags: OperationFlags): readonly string[] {
  const { message, planned } = partsOf(end, flags);
  return flags.dryRun === true ? ['Nothing was sent.', ...message, 'This would be sent:', ...planned] : message;
}

function partsOf({ response, attempts }: ActionEnd, { dryRun }: OperationFlags) {
  const { message, steps, encrypted, success: _success, error: _error, request_ids: _ids, ...others } = response;
  return {
    message: typeof message === 'string' ? [`${message}.`] : [],
    steps: textsOf(steps),
    encrypted: textsOf(encrypted),
    others,
    planned: dryRun === true ? attempts.flatMap(({ writes }) => writes.flatMap(writeLines)) : [],
  };
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** The outcome for a script. */
function lineOf(title: string, { status, response, attempts }: ActionEnd, { dryRun }: OperationFlags): object {
  const writes = attempts.flatMap((attempt) => attempt.writes);
  return { action: title, status: dryRun === true ? 'planned' : status, ...response, writes };
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
    `there is no action ${quoted(name)}${near === undefined ? '' : `: did you mean ${near}?`}; "baton-descope action list" has all`,
  );
}

/** Flags become true or false and lists are gathered, as the action says of its arguments. */
function argumentsOf({ words }: Action, given: readonly string[]): JsonObject {
  const args = new Map<string, JsonValue>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new ConnectorError('config', `--arg ${quoted(text)} is not name=value`);
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
