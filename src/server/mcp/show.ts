/** The tool that shows one plan, or one task. */
import { z } from 'zod';
import type { SuggestionRecord } from '../../core/record.ts';
import { Refusal } from '../problem.ts';
import type { ApiTask, Attempt, PlanDetail } from '../shape.ts';
import type { Ask } from './ask.ts';
import { attemptLine, MUCH_TEXT, next, phaseLine, planLine, SHOWN, SOME_TEXT, suggestionLine, taskLine } from './shown.ts';
import { LOOKS, planId, tool } from './tool.ts';

const TASKS = { standard: 50, most: 100 } as const;
const MAX_SUGGESTIONS = 20;
const MAX_ATTEMPTS = 5;
/** Characters of a file that one answer has room for. */
const MAX_SOURCE = 60_000;
/** Bytes from the end of what an agent printed. */
const OUTPUT_BYTES = 4_000;

const input = z.strictObject({
  planId,
  taskId: z.string().min(1).max(512).optional().describe('Only this task, with all of its text and its attempts: its id, or its slug.'),
  limit: z.int().min(1).max(TASKS.most).default(TASKS.standard).describe('Tasks in one answer.'),
  after: z.string().optional().describe('The `next` of the page before.'),
  source: z.boolean().default(false).describe('With the Markdown of the file, as write-plan of plans_edit takes it.'),
});
const output = z.object({
  plan: SHOWN.PlanLine,
  phases: z.array(SHOWN.PhaseLine).describe('Those of the tasks below.'),
  tasks: z.array(SHOWN.TaskLine).describe('In the order of the file; long texts are cut, and whole where taskId names the task.'),
  next,
  suggestions: z
    .array(SHOWN.SuggestionLine)
    .optional()
    .describe('Of reviews: those that wait for a word. plans_apply writes them into the plan.'),
  attempts: z.array(SHOWN.AttemptLine).optional().describe('Of the one task: the last five that this machine knows of, oldest first.'),
  output: z.string().optional().describe('Of the one task: the end of what its last attempt printed.'),
  source: z.string().optional().describe('The file.'),
});

export const show = tool({
  name: 'plans_show',
  title: 'Show a plan or a task',
  description:
    'Shows a plan: its phases, tasks and the suggestions of reviews that wait for a word. With taskId, one task with its whole text, why its attempts failed and what the last one printed.',
  input,
  output,
  annotations: LOOKS,
  call: async ({ ask }, { planId: named, taskId, limit, after, source }) => {
    const detail = (await ask('GET', ['plans', named])) as PlanDetail;
    const shown = taskId === undefined ? pageOf(detail, limit, after) : await oneTask(ask, detail, taskId);
    const text = source ? { source: await sourceOf(ask, detail) } : {};
    // What is of the plan as a whole is in the first page.
    const isFirst = after === undefined;
    const waiting = isFirst ? await suggestionsOf(ask, detail) : {};
    return { plan: planLine(detail.plan, isFirst ? MUCH_TEXT : SOME_TEXT), ...shown, ...waiting, ...text };
  },
});

function pageOf({ phases, tasks }: PlanDetail, limit: number, after: string | undefined) {
  const from = after === undefined ? 0 : tasks.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0)
    throw new Refusal(
      'invalid-request',
      `There is no task "${after.slice(0, 200)}" to go on after: "after" is the "next" of the page before.`,
    );
  const page = tasks.slice(from, from + limit);
  const isLast = from + limit >= tasks.length;
  // A phase without tasks is shown with those around it.
  const orderOf = (task: ApiTask | undefined, otherwise: number) => phases.find(({ id }) => id === task?.phaseId)?.order ?? otherwise;
  const first = from === 0 ? 0 : orderOf(page[0], 0);
  const last = isLast ? phases.length : orderOf(page.at(-1), phases.length);
  return {
    phases: phases.filter(({ order }) => order >= first && order <= last).map(phaseLine),
    tasks: page.map((task) => taskLine(task, isParallel(phases, task))),
    ...(isLast ? {} : { next: page.at(-1)?.id }),
  };
}

async function oneTask(ask: Ask, { phases, tasks }: PlanDetail, taskId: string) {
  const named = tasks.find(({ id, slug }) => id === taskId || slug === taskId)?.id ?? taskId;
  const task = (await ask('GET', ['tasks', named])) as ApiTask;
  const { attempts } = (await ask('GET', ['tasks', named, 'attempts'])) as { attempts: Attempt[] };
  const printed = attempts.at(-1)?.logs.output === true ? await endOfOutput(ask, named) : '';
  return {
    phases: phases.filter(({ id }) => id === task.phaseId).map(phaseLine),
    tasks: [taskLine(task, isParallel(phases, task), MUCH_TEXT)],
    attempts: attempts.slice(-MAX_ATTEMPTS).map(attemptLine),
    ...(printed === '' ? {} : { output: printed }),
  };
}

function isParallel(phases: PlanDetail['phases'], task: ApiTask): boolean {
  return phases.find(({ id }) => id === task.phaseId)?.executionMode === 'parallel';
}

async function endOfOutput(ask: Ask, task: string): Promise<string> {
  const piece = (from: number, limit: number) =>
    ask('GET', ['tasks', task, 'attempts', 'last', 'output'], { query: { from, limit } }) as Promise<{ text: string; size: number }>;
  const { size } = await piece(0, 1);
  const { text } = await piece(Math.max(0, size - OUTPUT_BYTES), OUTPUT_BYTES);
  // It may begin within a character.
  return text.replace(/^\uFFFD+/, '');
}

async function sourceOf(ask: Ask, { plan }: PlanDetail): Promise<string> {
  const { text } = (await ask('GET', ['plans', plan.id, 'source'])) as { text: string };
  if (text.length <= MAX_SOURCE) return text;
  throw new Refusal(
    'too-large',
    `${plan.sourceFile} has ${text.length.toLocaleString('en')} characters, which is too much for one answer. Leave source out, and change the plan part by part; or read the file itself.`,
  );
}

async function suggestionsOf(ask: Ask, { plan }: PlanDetail) {
  const { suggestions } = (await ask('GET', ['plans', plan.id, 'review'])) as { suggestions: SuggestionRecord[] };
  return suggestions.length === 0 ? {} : { suggestions: suggestions.slice(0, MAX_SUGGESTIONS).map(suggestionLine) };
}
