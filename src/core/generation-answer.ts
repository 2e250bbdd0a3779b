/** What Claude answers when it is asked for a plan. */
import { z } from 'zod';

/** A plan that a person reviews at one sitting. */
export const MAX_TASKS = 50;
export const MAX_PHASES = 12;

/** A new task, as Claude says it. */
export const TaskAnswer = z.strictObject({
  title: z
    .string()
    .describe(
      'What is done, as an instruction of at most 60 characters; it becomes the subject of the commit. One line, no checkbox, no number.',
    ),
  id: z.string().describe('A short name, unique in the plan: lower-case words joined by "-", e.g. "user-model". A plain number is none.'),
  description: z
    .string()
    .describe(
      'All that a new session needs to do this task, which sees nothing of how the plan was made: the files by their paths, the names of what is to be made, signatures, behaviour at the edges, which tests. Markdown of 2 to 15 lines, no headings, no checkboxes, no HTML comments; close every code fence.',
    ),
  acceptanceCriteria: z
    .array(z.string())
    .describe('1 to 5 facts that show that the task is done, each one line that can be checked. No checkbox in front: that is added.'),
  files: z
    .array(z.string())
    .describe(
      'Globs of all that the task may change, relative to the root, with its tests, e.g. "src/models/**", "test/models/user.test.ts". A change elsewhere fails the task. Empty where it cannot be said.',
    ),
  dependsOn: z
    .array(z.string())
    .describe(
      'Ids of tasks, in this phase or an earlier one, without which it cannot begin. Empty where the order of the phases says it all.',
    ),
  assignee: z
    .enum(['agent', 'human'])
    .describe('"human" only for what no agent can do in a checkout: buy, decide, ask somebody, press a button elsewhere.'),
});

const PhaseAnswer = z.strictObject({
  title: z.string().describe('What the phase achieves, in a few words. One line.'),
  description: z
    .string()
    .describe('One to three sentences that hold for all of its tasks, or empty. No headings, no checkboxes, no HTML comments.'),
  executionMode: z
    .enum(['sequential', 'parallel', 'manual'])
    .describe(
      '"sequential": one task after the other. "parallel": side by side, only where no two tasks change the same files. "manual": a person approves each task before it begins, for what cannot be taken back.',
    ),
  pauseAfter: z.boolean().describe('true: a person looks at what is there before the next phase begins.'),
  tasks: z.array(TaskAnswer).describe('At least one.'),
});

/** The answer to be asked for: what structured outputs can hold (no references, no recursion, nothing optional), and nothing that could be ticked. */
export const PlanAnswer = z.strictObject({
  description: z
    .string()
    .describe(
      'What the plan is for, what holds when it is done, and what was decided or assumed; every task is given it. 2 to 10 lines of Markdown, no headings, no checkboxes, no HTML comments.',
    ),
  phases: z
    .array(PhaseAnswer)
    .describe(
      `1 to ${MAX_PHASES} phases in the order in which they are carried out, with at most ${MAX_TASKS} tasks in all. Empty only where no plan can be made; then the description says why.`,
    ),
});

export type PlanAnswer = z.infer<typeof PlanAnswer>;
export type TaskAnswer = z.infer<typeof TaskAnswer>;
