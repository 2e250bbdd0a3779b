/** What the tests of reviews share: a repository with a plan, a scripted Claude, and the calls. */
import type { PublishedPlannerEvent } from '../../../src/core/event.ts';
import { parsePlan } from '../../../src/core/parse.ts';
import { suggestionsIn, type ReviewAnswer } from '../../../src/core/review-answer.ts';
import { formatReview } from '../../../src/core/review-text.ts';
import type { Caller } from '../../../src/engine/control.ts';
import { applyReview, dismissReview, openReview, type OpenReview, type Settled, type Which } from '../../../src/engine/planner/apply.ts';
import { reviewPlan, type Reviewed, type ReviewRequest } from '../../../src/engine/planner/review.ts';
import { openWorkspace } from '../../../src/engine/workspace.ts';
import { answers } from '../../support/messages-reply.ts';
import { scriptedMessages, type MessagesServer } from '../../support/messages-server.ts';
import { createRepository, type Repository } from '../../support/repository.ts';

export const PLAN = `---
status: draft
---

# Greet people

## Write

- [x] Say hello

- [ ] Say goodbye

  \`\`\`yaml
  id: goodbye
  dependsOn: [say-hello] # first things first
  \`\`\`

- [ ] Sing

  \`\`\`yaml
  dependsOn: [goodbye]
  \`\`\`
`;

export const PLAN_FILE = 'plans/greet.plan.md';
export const REVIEW_FILE = 'plans/greet.review.md';

export type Given = ReviewAnswer['suggestions'][number];

type Rewording = Extract<Given, { type: 'modify_task' }>;
type Splitting = Extract<Given, { type: 'break_down_task' }>;

export const REWORD: Rewording = {
  type: 'modify_task',
  reasoning: 'It names no file.',
  task: 'goodbye',
  title: null,
  description: 'Write `src/goodbye.ts`.',
  files: ['src/**'],
};
const part = (id: string): Splitting['parts'][number] => ({
  title: `Sing ${id}`,
  id,
  description: `Write \`${id}.ts\`.`,
  acceptanceCriteria: ['It sounds.'],
  files: [],
  dependsOn: [],
  assignee: 'agent',
});
export const SPLIT: Splitting = { type: 'break_down_task', reasoning: 'Two songs.', task: 'sing', parts: [part('low'), part('high')] };

/** A structured answer with these suggestions. */
export const suggests = (...suggestions: readonly Given[]) => answers({ assessment: 'Nearly ready.', suggestions });

/** The text of a review of a plan with these suggestions. */
export function reviewText(suggestions: readonly Given[] = [REWORD, SPLIT], text = PLAN): string {
  const version = { text, plan: parsePlan(text, 'greet').plan };
  const present = { known: null, cache: undefined, running: new Set<string>() };
  const made = suggestionsIn({ assessment: '', suggestions }, version, { scope: { type: 'plan' }, made: new Set(), present });
  if (made.problems.length > 0) throw new Error(made.problems.join('\n'));
  return formatReview(version.plan, { createdBy: 'claude', model: 'claude-sonnet-5-5' }, made.suggestions);
}

interface Reviewing extends AsyncDisposable {
  readonly repository: Repository;
  readonly server: MessagesServer;
  readonly events: PublishedPlannerEvent[];
  review(request?: Partial<ReviewRequest>): Promise<Reviewed>;
  apply(which: Which): Promise<Settled>;
  dismiss(which: Which): ReturnType<typeof dismissReview>;
  open(): Promise<OpenReview | null>;
}

/** A repository whose one commit has the plan `greet`, and a Claude that answers with `turns`. */
export async function reviewing(turns: Parameters<typeof scriptedMessages>[0], files: Record<string, string> = {}): Promise<Reviewing> {
  const repository = await createRepository({ 'README.md': '# Greet\n', [PLAN_FILE]: PLAN, ...files });
  const server = await scriptedMessages(turns);
  const events: PublishedPlannerEvent[] = [];
  const call = async <T>(work: (caller: Caller) => Promise<T>): Promise<T> => {
    const workspace = await openWorkspace(repository.root);
    try {
      return await work({ workspace, planId: 'greet', env: { PATH: process.env['PATH'], ...server.environment } });
    } finally {
      await workspace.close();
    }
  };
  return {
    repository,
    server,
    events,
    review: (request = {}) =>
      call((caller) => reviewPlan(caller, { types: ['refine_descriptions', 'break_down'], ...request }, (event) => events.push(event))),
    apply: (which) => call((caller) => applyReview(caller, which)),
    dismiss: (which) => call((caller) => dismissReview(caller, which)),
    open: () => call(openReview),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await repository.dispose();
    },
  };
}

/** The ids of a review's suggestions. */
export function idsOf(result: Reviewed): string[] {
  return result.type === 'reviewed' ? result.suggestions.map(({ id }) => id) : [];
}
