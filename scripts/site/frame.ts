export interface Framed {
  readonly title: string;
  readonly body: string;
  readonly navigation: string;
  readonly home: string;
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404a); --link: light-dark(#0b57d0, #8ab4f8); }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { padding: 1.5rem; border-right: 1px solid var(--line); font-size: .9rem; }
nav ul { list-style: none; padding: 0; }
nav li { margin-bottom: .8rem; }
main { padding: 1.5rem 2.5rem; max-width: 56rem; }
a { color: var(--link); }
pre { padding: .8rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
code { font: .9em/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; }
blockquote { margin-inline: 0; padding-left: 1rem; border-left: 4px solid var(--line); }
@media (max-width: 50rem) { body { display: block; } nav { border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 1rem; } }
`;

/** A page of the site: no script, nothing loaded from elsewhere. */
export function frame({ title, body, navigation, home }: Framed): string {
  const shown = title.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${shown} · baton-descope</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Pages"><a href="${home}"><strong>baton-descope</strong></a>
${navigation}</nav>
<main>
${body}</main>
</body>
</html>
`;
}
