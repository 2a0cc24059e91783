/** One resource as a text, by which a targeted read is found again. */
export function resourceKey(typeId: string, id: string): string {
  return `${typeId}:${id}`;
}
