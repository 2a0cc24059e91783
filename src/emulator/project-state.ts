import type { RequestInfo } from './api-request.ts';
import type { FamilyControls } from './families.ts';

/**
 * The project as a test sees it: read and changed at once, without HTTP, checks or lag. What it allows is more than
 * the API does: unknown role names, memberships of missing tenants, a user created in the past.
 */
export type ProjectState = FamilyControls & {
  /**
   * Runs a change just before a request is answered: the n-th since the start or the last `stats.reset()`, or the
   * first that meets the predicate. Each runs once, unless it returns 'again'.
   */
  onRequest(when: number | ((request: RequestInfo) => boolean), change: (request: RequestInfo) => unknown): void;
};

export interface HookedState {
  readonly state: ProjectState;
  readonly beforeRequest: (request: RequestInfo) => void;
}

/** Joins the controls of all families. */
export function createProjectState(controls: readonly object[]): HookedState {
  let hooks: {
    readonly when: (request: RequestInfo) => boolean;
    readonly change: (request: RequestInfo) => unknown;
  }[] = [];
  const onRequest: ProjectState['onRequest'] = (when, change) => {
    hooks.push({ when: typeof when === 'number' ? (request) => request.number === when : when, change });
  };
  // Descriptors are copied rather than values, since some controls are getters.
  const descriptors = controls.map((one) => Object.getOwnPropertyDescriptors(one));
  const state = Object.defineProperties({ onRequest }, Object.assign({}, ...descriptors) as PropertyDescriptorMap);

  return {
    // FamilyControls is derived from the controls of the families.
    state: state as ProjectState,
    beforeRequest(request) {
      for (const hook of hooks.filter(({ when }) => when(request))) {
        if (hook.change(request) !== 'again') hooks = hooks.filter((other) => other !== hook);
      }
    },
  };
}
