/** A secret as it can stand in an output: as it is, in JSON, in a URL, in hex, in base64 wherever in a longer text. */
function formsOf(secret: string): readonly string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    ...[0, 1, 2].map((shift) =>
      Buffer.from('x'.repeat(shift) + secret)
        .toString('base64')
        .slice(4, -4),
    ),
  ];
}

/** The secrets that stand in a text, in whatever form. */
export function leaksIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}
