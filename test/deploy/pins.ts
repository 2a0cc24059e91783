/** Something that a release takes from outside, and whether it is named by what it contains. */
export interface Pin {
  readonly what: string;
  readonly isPinned: boolean;
}

const isDigest = /@sha256:[0-9a-f]{64}$/;

/**
 * The base images of a Dockerfile: the defaults of its ARG ..._IMAGE lines, and FROM lines that name an image
 * themselves.
 */
export function imagePins(dockerfile: string): Pin[] {
  const named = [...dockerfile.matchAll(/^ARG \w+_IMAGE=(\S+)$|^FROM (?:--\S+ )*([^\s$]+)(?: AS \S+)?$/gim)].flatMap(
    ([, argument, from]) => argument ?? from ?? [],
  );
  return named.map((what) => ({ what, isPinned: isDigest.test(what) }));
}

/** The images of others that a Compose file takes: those that no build of ours makes. */
export function composePins(compose: string): Pin[] {
  const named = [...compose.matchAll(/^\s*image:\s*(?:\$\{\w+:-)?([^\s}]+)\}?\s*$/gm)].flatMap(
    ([, image]) => image ?? [],
  );
  return named
    .filter((what) => !what.startsWith('baton-descope:'))
    .map((what) => ({ what, isPinned: isDigest.test(what) }));
}

/** The actions of a workflow. An action of the same repository (./...) is pinned by the commit that runs. */
export function actionPins(workflow: string): Pin[] {
  return [...workflow.matchAll(/^\s*(?:- )?uses:\s*(\S+)/gm)].flatMap(([, what = '']) =>
    what.startsWith('./') ? [] : [{ what, isPinned: /@[0-9a-f]{40}$/.test(what) }],
  );
}

export interface ReleaseFacts {
  readonly tag: string;
  readonly version: string;
  readonly changelog: string;
  /** Where package.json says the sources are; npm's provenance is checked against it. */
  readonly repository: string | undefined;
}

/** What keeps this tag from being released, besides pins. */
export function releaseProblems({ tag, version, changelog, repository }: ReleaseFacts): string[] {
  return [
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, but package.json says ${version}`]),
    ...(changelog.includes(`\n## [${version}]`) ? [] : [`CHANGELOG.md has no section "## [${version}]"`]),
    ...(repository === undefined
      ? ['package.json names no "repository", without which npm refuses the provenance']
      : []),
  ];
}
