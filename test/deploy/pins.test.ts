import { describe, expect, it } from 'vitest';
import { actionPins, composePins, imagePins, releaseProblems } from './pins.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('images', () => {
  it('count as pinned by a whole digest alone', () => {
    const pins = imagePins(
      `ARG BUILD_IMAGE=node:24@${digest}\nARG RUNTIME_IMAGE=distroless/nodejs24:nonroot\nFROM ` +
        `--platform=$BUILDPLATFORM \${BUILD_IMAGE} AS build\nFROM busybox@sha256:a1 AS tools\n`,
    );

    expect(pins).toEqual([
      { what: `node:24@${digest}`, isPinned: true },
      { what: 'distroless/nodejs24:nonroot', isPinned: false },
      { what: 'busybox@sha256:a1', isPinned: false },
    ]);
  });
});

describe('images of a Compose file', () => {
  it('count where they are of others, named directly or by a variable', () => {
    const pins = composePins(
      `  image: \${BATON_DESCOPE_IMAGE:-baton-descope:0.1.0}\n    image: \${POSTGRES_IMAGE:-postgres:17}\n` +
        `    image: redis:8@${digest}\n`,
    );

    expect(pins).toEqual([
      { what: 'postgres:17', isPinned: false },
      { what: `redis:8@${digest}`, isPinned: true },
    ]);
  });
});

describe('actions', () => {
  it('count as pinned by a whole commit alone, whatever the comment behind says', () => {
    const pins = actionPins(
      `      - uses: actions/checkout@${'0f'.repeat(20)} # v7\n      - name: x\n        uses: actions/setup-node@v7\n  ` +
        `    - uses: ./.github/actions/own\n`,
    );

    expect(pins).toEqual([
      { what: `actions/checkout@${'0f'.repeat(20)}`, isPinned: true },
      { what: 'actions/setup-node@v7', isPinned: false },
    ]);
  });
});

describe('a release', () => {
  const right = {
    tag: 'v1.2.3',
    version: '1.2.3',
    changelog: '# Changelog\n\n## [1.2.3] - 2026-12-01\n',
    repository: 'https://code.example/x',
  };

  it('goes ahead when tag, version and changelog agree', () => {
    expect(releaseProblems(right)).toEqual([]);
  });

  it.each([
    ['another tag', { tag: 'v1.2.4' }, 'the tag is v1.2.4'],
    [
      'a version that the changelog does not know',
      { changelog: '# Changelog\n\n## [Unreleased]\n' },
      'no section "## [1.2.3]"',
    ],
    ['no repository', { repository: undefined }, 'no "repository"'],
  ])('is held by %s', (_what, change, message) => {
    expect(releaseProblems({ ...right, ...change })).toEqual([expect.stringContaining(message)]);
  });
});
