/** What Claude answers when it is asked for a plan, and the plan file that is made of it: whole and safe, or not at all. */
import { z } from 'zod';
import type { Known } from './checks.ts';
import type { NewTask } from './embed.ts';
import { formatPlan, type NewPlan } from './format.ts';
import { answerProblems, type AnswerProblem } from './generation-check.ts';
import { checkPlan } from './lint.ts';
import { parseMarkdown } from './markdown.ts';
import type { Plan } from './plan.ts';

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

export type Formatted =
  | {
      readonly type: 'plan';
      readonly text: string;
      readonly plan: Plan;
      /** What could be better and does not keep it from landing. */
      readonly advice: readonly string[];
    }
  /** Sentences for whoever is to mend it. */
  | { readonly type: 'unusable'; readonly problems: readonly string[] };

/** What a plan file is made for. */
export interface PlanFrame {
  /** The slug. */
  readonly id: string;
  readonly title: string;
  readonly known: Known;
}

/**
 * The text of the draft that an answer asks for. It is read again before it is given out: what does not say there exactly what the answer said,
 * with every box empty, is no plan.
 */
export function formatAnswer(answer: PlanAnswer, frame: PlanFrame): Formatted {
  const tooMany = sizeProblems(answer);
  if (tooMany.length > 0) return { type: 'unusable', problems: tooMany };
  const found = answerProblems(answer);
  // What is said of the file may be the same about the same: each reason once is enough to mend it.
  const own = sentences(found, 'error');
  const formatted = formatPlan(newPlan(answer, frame.title));
  if ('refused' in formatted) return { type: 'unusable', problems: own.length > 0 ? own : [formatted.refused] };
  const { plan, diagnostics } = checkPlan(formatted.text, frame.id, { known: frame.known });
  const wrong = diagnostics.filter(({ severity, rule }) => severity !== 'hint' && (own.length === 0 || OF_THE_WHOLE.has(rule)));
  const problems = [...own, ...new Set(wrong.map(({ message }) => message))];
  if (problems.length > 0) return { type: 'unusable', problems };
  const difference = differenceOf(answer, frame.title, plan);
  if (difference !== null) return { type: 'unusable', problems: [difference] };
  return { type: 'plan', text: formatted.text, plan, advice: sentences(found, 'advice') };
}

/** Rules about how tasks stand to each other, which hold whatever else is wrong with one of them. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set([
  'duplicate-id',
  'unknown-dependency',
  'self-dependency',
  'later-dependency',
  'dependency-cycle',
]);

/** Said alone: with more than this, the rest would be said of each of too many. */
function sizeProblems({ phases }: PlanAnswer): readonly string[] {
  const tasks = phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  const problems: string[] = [];
  if (tasks > MAX_TASKS)
    problems.push(
      `The plan has ${tasks} tasks, and at most ${MAX_TASKS} make one that a person can review. Make fewer and larger ones, or plan the first part alone and say so in the description.`,
    );
  if (phases.length > MAX_PHASES)
    problems.push(`The plan has ${phases.length} phases; at most ${MAX_PHASES} are allowed. Join some of them.`);
  return problems;
}

function sentences(found: readonly AnswerProblem[], severity: AnswerProblem['severity']): readonly string[] {
  return found.filter((problem) => problem.severity === severity).map(({ message }) => message);
}

function newPlan(answer: PlanAnswer, title: string): NewPlan {
  return {
    title,
    description: answer.description,
    status: 'draft',
    createdBy: 'claude',
    phases: answer.phases.map((phase) => ({
      title: phase.title,
      description: phase.description,
      fields: {
        ...(phase.executionMode === 'sequential' ? {} : { executionMode: phase.executionMode }),
        ...(phase.pauseAfter ? { pauseAfter: true } : {}),
      },
      tasks: phase.tasks.map(answeredTask),
    })),
  };
}

/** The task that an answer asks for. */
export function answeredTask(task: TaskAnswer): NewTask {
  return {
    title: task.title,
    description: taskDescription(task),
    fields: {
      id: task.id,
      ...(task.dependsOn.length > 0 ? { dependsOn: task.dependsOn } : {}),
      ...(task.files.length > 0 ? { files: task.files } : {}),
      ...(task.assignee === 'human' ? { assignee: 'human' } : {}),
    },
  };
}

export type TaskAnswer = z.infer<typeof TaskAnswer>;

/** The instructions, and below them the criteria as boxes. */
function taskDescription({ description, acceptanceCriteria }: TaskAnswer): string {
  const text = description.trim();
  // A list that ends the text would go on as the list of boxes: another bullet begins another list.
  const last = parseMarkdown(text).children.at(-1);
  const bullet = last?.type === 'list' && last.ordered !== true && text.slice(last.position?.start.offset).startsWith('-') ? '*' : '-';
  const boxes = acceptanceCriteria.map((criterion) => `${bullet} [ ] ${criterion.trim()}`);
  return [text, boxes.join('\n')].filter((part) => part !== '').join('\n\n');
}

function differs(what: string): string {
  return `${what} would read differently in a plan file. Say it in plainer Markdown.`;
}

/** What the plan says differently from the answer; null where nothing. */
function differenceOf(answer: PlanAnswer, title: string, plan: Plan): string | null {
  if (plan.title !== title.trim() || plan.status !== 'draft') return differs('The title');
  if (plan.description !== plain(answer.description)) return differs('The description of the plan');
  if (plan.phases.length !== answer.phases.length) return differs('The list of phases');
  for (const [index, asked] of answer.phases.entries()) {
    const phase = plan.phases[index];
    const name = `The phase "${asked.title}"`;
    if (phase?.title !== asked.title.trim() || phase.description !== plain(asked.description)) return differs(name);
    if (phase.executionMode !== asked.executionMode || phase.pauseAfter !== asked.pauseAfter) return differs(name);
    if (phase.tasks.length !== asked.tasks.length) return differs(`The list of tasks of "${asked.title}"`);
    const task = asked.tasks.find((each, position) => !isSame(each, phase.tasks[position]));
    if (task !== undefined) return differs(`The task "${task.id}"`);
  }
  return null;
}

function isSame(asked: TaskAnswer, task: Plan['phases'][number]['tasks'][number] | undefined): boolean {
  return (
    task !== undefined &&
    task.id === asked.id &&
    task.title === asked.title.trim() &&
    task.description === plain(taskDescription(asked)) &&
    task.status === 'pending' &&
    task.run === undefined &&
    task.assignee === (asked.assignee === 'human' ? 'human' : undefined) &&
    JSON.stringify([task.dependsOn, task.files ?? []]) === JSON.stringify([asked.dependsOn, asked.files])
  );
}

/** A description as a plan says it: its lines ended by LF, blank ones empty. */
function plain(text: string): string {
  const lines = text.split(/\r\n|\n|\r/).map((line) => (line.trim() === '' ? '' : line));
  return lines.join('\n').trim();
}
