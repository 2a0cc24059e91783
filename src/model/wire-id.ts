import type { WireWriter } from './wire-writer.ts';

/** A field that holds the id of a resource: its type and its own id. */
export function writeResourceId(out: WireWriter, field: number, typeId: string, id: string): void {
  const from = out.length;
  out.textField(2, id);
  out.textField(1, typeId);
  out.close(field, from);
}
