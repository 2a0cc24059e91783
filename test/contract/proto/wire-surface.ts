// A flat listing of everything the generated descriptors put on the wire: one
// line per field, enum value and method, each readable on its own.
import { ScalarType } from '@bufbuild/protobuf';
import type { DescEnum, DescField, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';
import { Edition, FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

function scalarName(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}

function singularType(field: {
  scalar?: ScalarType | undefined;
  message?: DescMessage | undefined;
  enum?: DescEnum | undefined;
}): string {
  if (field.message !== undefined) return `message ${field.message.typeName}`;
  if (field.enum !== undefined) return `enum ${field.enum.typeName}`;
  if (field.scalar !== undefined) return scalarName(field.scalar);
  throw new Error('a field is neither a message, an enum nor a scalar');
}

function fieldType(field: DescField): string {
  const type = singularType(field);
  return field.fieldKind === 'map' ? `map<${scalarName(field.mapKey)}, ${type}>` : type;
}

function flags(...pairs: [string, boolean][]): string {
  return pairs
    .filter(([, on]) => on)
    .map(([word]) => ` ${word}`)
    .join('');
}

function fieldLine(field: DescField): string {
  const marks = flags(
    ['repeated', field.fieldKind === 'list'],
    ['packed', field.fieldKind === 'list' && field.packed],
    ['optional', field.proto.proto3Optional],
    [`oneof=${field.oneof?.name}`, field.oneof !== undefined],
    ['presence', field.presence === FeatureSet_FieldPresence.EXPLICIT],
  );
  const last = flags(['deprecated', field.deprecated]);
  return `field ${field.parent.typeName}.${field.name} = ${field.number} ${fieldType(field)}${marks} json=${field.jsonName}${last}`;
}

function enumLines(desc: DescEnum): string[] {
  return [
    `enum ${desc.typeName} file=${desc.file.name}.proto${flags(['deprecated', desc.deprecated])}`,
    ...desc.values
      .toSorted((a, b) => a.number - b.number)
      .map(
        (value) => `value ${desc.typeName}.${value.name} = ${value.number}${flags(['deprecated', value.deprecated])}`,
      ),
    ...desc.proto.reservedRange.map((range) => `reserved ${desc.typeName} ${range.start}..${range.end}`),
    ...desc.proto.reservedName.map((name) => `reserved ${desc.typeName} ${name}`),
  ];
}

function messageLines(desc: DescMessage): string[] {
  return [
    `message ${desc.typeName} file=${desc.file.name}.proto${flags(['deprecated', desc.deprecated])}`,
    ...desc.fields.toSorted((a, b) => a.number - b.number).map(fieldLine),
    // The end of a message's reserved range is exclusive, unlike an enum's.
    ...desc.proto.reservedRange.map((range) => `reserved ${desc.typeName} ${range.start}..${range.end - 1}`),
    ...desc.proto.reservedName.map((name) => `reserved ${desc.typeName} ${name}`),
    ...byName(desc.nestedEnums).flatMap(enumLines),
    ...byName(desc.nestedMessages).flatMap(messageLines),
  ];
}

function serviceLines(desc: DescService): string[] {
  return [
    `service ${desc.typeName} file=${desc.file.name}.proto${flags(['deprecated', desc.deprecated])}`,
    ...desc.methods
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((method) => {
        const input =
          method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming' ? 'stream ' : '';
        const output =
          method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming' ? 'stream ' : '';
        const last = flags(['deprecated', method.deprecated]);
        return `method /${desc.typeName}/${method.name} (${input}${method.input.typeName}) -> ${output}${method.output.typeName}${last}`;
      }),
  ];
}

function byName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function fileLines(file: DescFile): string[] {
  const syntax = file.edition === Edition.EDITION_PROTO3 ? 'proto3' : Edition[file.edition];
  return [
    `file ${file.name}.proto package=${file.proto.package} syntax=${syntax}`,
    ...byName(file.services).flatMap(serviceLines),
    ...byName(file.enums).flatMap(enumLines),
    ...byName(file.messages).flatMap(messageLines),
  ];
}

/** The listing, one block per file, in an order that does not depend on where things are declared. */
export function wireSurface(files: readonly DescFile[]): string {
  return `${byName(files)
    .map((file) => fileLines(file).join('\n'))
    .join('\n\n')}\n`;
}
