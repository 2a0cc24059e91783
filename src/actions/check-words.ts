import { type ActionField, actionTitle, type ActionWords } from '../model/action-schema.ts';

const snakeCase = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/**
 * Throws where the schemas of actions could mislead whoever reads them: it is a mistake of ours, found at the start and
 * not by the first call.
 */
export function checkWords(all: readonly ActionWords[]): void {
  for (const words of all) {
    const wrong = wrongIn(words);
    if (wrong !== undefined) {
      throw new Error(`action ${actionTitle(words)}: ${wrong}`);
    }
  }
  const twice = firstTwice(all.map(actionTitle));
  if (twice !== undefined) {
    throw new Error(`two actions share a name: ${twice}`);
  }
  // A platform finds the action of a type by what it is for.
  const ofTypes = all.flatMap(({ resourceTypeId, kinds }) =>
    resourceTypeId === undefined
      ? []
      : kinds.filter((kind) => kind !== 'dynamic').map((kind) => `${kind} of ${resourceTypeId}`),
  );
  const sameKind = firstTwice(ofTypes);
  if (sameKind !== undefined) {
    throw new Error(`two actions of one type are of one kind: ${sameKind}`);
  }
}

function wrongIn({ name, displayName, description, kinds, resourceTypeId, ...words }: ActionWords): string | undefined {
  const { arguments: args, results, constraints = [] } = words;
  if (!snakeCase.test(name) || resourceTypeId === '') {
    return 'its name is not in snake_case, or its type is empty';
  }
  if (displayName === '' || description === '' || kinds.length === 0) {
    return 'it has no display name, no description or no kind';
  }
  const names = args.map((field) => field.name);
  const unknown = constraints.flatMap(({ fields, on = [] }) => fields.concat(on)).find((one) => !names.includes(one));
  if (unknown !== undefined) {
    return `a constraint names ${unknown}, which is no argument`;
  }
  const twice = firstTwice(names) ?? firstTwice(results.map((field) => field.name));
  if (twice !== undefined) {
    return `it has two fields ${twice}`;
  }
  return results.some((field) => ['success', 'error', 'request_ids'].includes(field.name))
    ? 'success, error and request_ids are results of every action'
    : [...args, ...results].map(wrongInField).find((wrong) => wrong !== undefined);
}

function wrongInField({ name, displayName, description, type, of, pattern }: ActionField): string | undefined {
  if (!snakeCase.test(name) || displayName === '' || description === '') {
    return `the field ${name} has no words, or is not in snake_case`;
  }
  if ((type === 'id') !== (of !== undefined)) {
    return `the field ${name} names a type without being an id, or the other way round`;
  }
  return pattern !== undefined && !(pattern.startsWith('^') && pattern.endsWith('$'))
    ? `the pattern of ${name} does not cover all of the text`
    : undefined;
}

function firstTwice(texts: readonly string[]): string | undefined {
  return texts.find((text, at) => texts.indexOf(text) < at);
}
