/** Reviews as the engine makes them, from two texts of one plan. */
import { configChange } from '../../../src/core/ci/config-change.ts';
import { outlookOf } from '../../../src/core/ci/outlook.ts';
import type { PullRequestReview } from '../../../src/core/ci/review-record.ts';
import { Config } from '../../../src/core/config.ts';
import { diffPlan } from '../../../src/core/diff.ts';
import { checkPlan } from '../../../src/core/lint.ts';

const CONFIG = Config.parse({ qa: { gates: [{ name: 'test', run: 'npm test' }] } });

const side = (commit: string) => ({ type: 'commit', revision: commit, commit }) as const;

function read(id: string, text: string | null) {
  return text === null ? null : { file: `plans/${id}.plan.md`, text, ...checkPlan(text, id) };
}

/** Texts before and after, by the plans' ids; null: not there. */
export type Pairs = Readonly<Record<string, readonly [before: string | null, after: string | null]>>;

export function reviewed(pairs: Pairs, given: Partial<PullRequestReview> = {}): PullRequestReview {
  const found = Object.entries(pairs).map(([id, [before, after]]) => {
    const now = read(id, after);
    const diff = diffPlan(read(id, before), now);
    return { diff, outlook: outlookOf(diff, now, CONFIG) };
  });
  const plans = found.map(({ diff }) => diff);
  return {
    version: 1,
    diff: { version: 1, base: side('1'.repeat(40)), head: side('2'.repeat(40)), plans, problems: [] },
    alsoOnBase: [],
    config: null,
    unread: null,
    suggested: [],
    outlooks: found.map(({ outlook }) => outlook),
    ...given,
  };
}

/** What a config that becomes another one makes of the review. */
export function configOf(before: object, after: object): PullRequestReview['config'] {
  return configChange(version(before), version(after));
}

function version(value: object) {
  const texts = new Map([['plans.config.json', `${JSON.stringify(value, null, 1)}\n`]]);
  return { file: 'plans.config.json', config: Config.parse(value), problems: [], texts };
}
