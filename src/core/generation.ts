/** The plan file that is made of Claude's answer: whole and safe, or not at all. */
import type { Known } from './checks.ts';
import type { NewTask } from './embed.ts';
import { formatPlan, type NewPlan } from './format.ts';
import { MAX_PHASES, MAX_TASKS, type PlanAnswer, type TaskAnswer } from './generation-answer.ts';
import { answerProblems, type AnswerProblem } from './generation-check.ts';
import { checkPlan } from './lint.ts';
import { parseMarkdown } from './markdown.ts';
import type { Plan } from './plan.ts';

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
