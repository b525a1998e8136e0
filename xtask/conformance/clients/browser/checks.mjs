// What was tried, and what came of it.

import { isDeepStrictEqual } from 'node:util';

export class Checks {
  all = [];

  /** How long clerk-js took to be ready for the first time, in milliseconds. */
  ready = null;

  /** Whatever `body` throws is the problem; one failure does not end the others. */
  async that(what, body) {
    try {
      await body();
      this.all.push({ what, problem: null });
    } catch (error) {
      this.all.push({ what, problem: String(error.message ?? error).split('\n').slice(0, 4).join(' ') });
    }
  }
}

export function equal(is, should) {
  if (!isDeepStrictEqual(is, should)) {
    throw new Error(`${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  }
}
