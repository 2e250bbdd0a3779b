/** Claude writes a plan: it looks at the repository, answers, mends what cannot be used, and the plan lands as a draft in one commit. */
import type { PublishedPlannerEvent, Usage } from '../../core/event.ts';
import { formatAnswer, type Formatted } from '../../core/generation.ts';
import { PlanAnswer } from '../../core/generation-answer.ts';
import { GENERATION_SYSTEM, generationPrompt, repairPrompt, revisionPrompt, type GenerationInput } from '../../core/generation-prompt.ts';
import type { PlannerOutcome } from '../../core/outcome.ts';
import type { Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import { spendingOf, toCost } from '../../core/budget.ts';
import { redactAll } from '../../core/redact.ts';
import { syncAll } from '../export.ts';
import { projectInstructions } from '../instructions.ts';
import { newPlanPlace, PlanExists, type NewPlanPlace } from '../new-plan.ts';
import { checkedHead } from '../start.ts';
import { readSynced } from '../sync.ts';
import type { Workspace } from '../workspace.ts';
import { openConsultation, type Consultation, type Stopped, type Unanswered } from './consultation.ts';
import { landNewPlan } from './land.ts';
import { keepCost } from './unlanded.ts';

/** Turns in which an answer can be mended, after the one that asks for the plan or for a revision of it. */
const MAX_REPAIRS = 2;
/** Remarks of a person on one plan. */
const MAX_REVISIONS = 20;
/** Characters of a description. What is longer is not a request, but what is to be read for it. */
const MAX_DESCRIPTION_CHARS = 100_000;

/** What Claude is asked to plan, and what it may use. */
export interface GenerateRequest {
  readonly title: string;
  /** What is wanted, in the person's own words; Markdown. */
  readonly description?: string | undefined;
  /** The plan's name; by default made from the title. */
  readonly slug?: string | undefined;
  /** In place of the config's `claude.model`. */
  readonly model?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stops it at any moment. Nothing half-written is left. */
  readonly signal?: AbortSignal | undefined;
  /** Looks at each plan before it lands. Without it the first that can be used does. */
  readonly review?: ((draft: Draft) => Promise<Verdict>) | undefined;
}

/** A plan that could land as it is. */
export interface Draft {
  readonly plan: Plan;
  readonly text: string;
  /** Where it will be, relative to the root. */
  readonly path: string;
  readonly advice: readonly string[];
  readonly usage: Usage;
  /** Why the last remark led to nothing, so that this is the plan from before; null where it did, or there was none. */
  readonly problem: string | null;
}

/** A word on a draft: it lands, is written again after a remark, or is left. */
export type Verdict = { readonly type: 'accept' } | { readonly type: 'revise'; readonly remark: string } | { readonly type: 'abandon' };

/** The plan that landed, or why there is none; and what asking has cost. */
export type Generated =
  | {
      readonly type: 'generated';
      readonly id: string;
      readonly path: string;
      readonly plan: Plan;
      /** Null where the file is written and not committed. */
      readonly commit: string | null;
      /** Why it is not committed, or not pushed where it should be; empty where all is well. */
      readonly reason: string;
      readonly advice: readonly string[];
      readonly usage: Usage;
    }
  | (Stopped & { readonly usage: Usage });

/**
 * Has Claude write a plan. `report` hears what happens on the way. A {@link Problem} says, before anything is spent, why it cannot begin; what
 * goes wrong afterwards is a result, with what it has cost.
 */
export async function generatePlan(
  workspace: Workspace,
  request: GenerateRequest,
  report: (event: PublishedPlannerEvent) => void = () => {},
): Promise<Generated> {
  const { place, system, prompt } = await generationRequest(workspace, request);
  const { env, model, signal } = request;
  const consultation = await openConsultation(workspace, { planId: place.id, env, system, model, signal, publish: report });
  consultation.report({ type: 'planner-started', activity: 'generation', title: place.title, model: consultation.model });
  const drawn = await settled(workspace, request, consultation, { place, prompt });
  if (drawn.type === 'stopped') {
    const stopped = { ...drawn, usage: consultation.usage() };
    await keepCost(workspace, { planId: place.id, ...stopped });
    consultation.settled();
    const { outcome, reason, problems, resetsAt, usage } = stopped;
    consultation.report({ type: 'planner-stopped', outcome, reason, problems: [...problems], resetsAt, usage });
    return stopped;
  }
  return land(workspace, request, consultation, { place, ...drawn });
}

/** All that Claude is told at first. A {@link Problem} says why no plan of that name can be made here. */
export async function generationRequest(
  workspace: Workspace,
  request: Pick<GenerateRequest, 'title' | 'description' | 'slug'>,
): Promise<{ readonly place: NewPlanPlace; readonly system: string; readonly prompt: string }> {
  const place = newPlanPlace(workspace, request);
  const { description = '' } = request;
  if (description.length > MAX_DESCRIPTION_CHARS)
    throw new Problem(
      `The description has ${description.length.toLocaleString('en')} characters; at most ${MAX_DESCRIPTION_CHARS.toLocaleString('en')} are taken. Put the rest into files of the repository, and name them.`,
    );
  const { commit } = await checkedHead(workspace);
  const { config, git } = workspace;
  const plans = await readSynced(workspace, syncAll, (store) => store.records.plans());
  if (plans.some(({ id }) => id === place.id)) throw new PlanExists(place.path);
  const input: GenerationInput = {
    title: place.title,
    description,
    gates: config.qa.gates,
    plansFolder: config.plans,
    timeout: config.timeout,
    plans: plans.toSorted((a, b) => (a.createdAt ?? '\uFFFF').localeCompare(b.createdAt ?? '\uFFFF')),
    instructions: await projectInstructions(git, commit),
  };
  return { place, system: GENERATION_SYSTEM, prompt: generationPrompt(input) };
}

type Made = Extract<Formatted, { type: 'plan' }>;
/** A plan that may land, and what was said for it. */
type Settled = { readonly type: 'settled'; readonly made: Made; readonly remarks: readonly string[] } | Stopped;

/** The plan that a person accepts, or the first where nobody looks. */
async function settled(
  workspace: Workspace,
  request: GenerateRequest,
  consultation: Consultation,
  { place, prompt }: { readonly place: NewPlanPlace; readonly prompt: string },
): Promise<Settled> {
  const frame = { id: place.id, title: place.title, known: workspace.known };
  const first = await draw(consultation, frame, prompt);
  if (first.type === 'stopped') return first;
  let made = first;
  let problem: string | null = null;
  const remarks: string[] = [];
  while (request.review !== undefined) {
    const { plan, text, advice } = made;
    const verdict = await request.review({ plan, text, path: place.path, advice, usage: consultation.usage(), problem });
    if (request.signal?.aborted === true) return stopped('cancelled', 'It was stopped.');
    if (verdict.type === 'accept') break;
    if (verdict.type === 'abandon') return stopped('abandoned', 'The plan was given up; nothing was written.');
    if (remarks.length >= MAX_REVISIONS) {
      problem = `The plan has been revised ${MAX_REVISIONS} times. Accept it, and edit the file.`;
      continue;
    }
    const next = await draw(consultation, frame, revisionPrompt(verdict.remark));
    if (next.type === 'stopped' && next.outcome === 'cancelled') return next;
    problem = next.type === 'stopped' ? [next.reason, ...next.problems].join(' ') : null;
    if (next.type === 'plan') {
      made = next;
      remarks.push(verdict.remark);
    }
  }
  return { type: 'settled', made, remarks };
}

/** Asks until an answer makes a plan, and once for a better one where there is something to say about it. */
async function draw(consultation: Consultation, frame: Parameters<typeof formatAnswer>[1], first: string): Promise<Made | Stopped> {
  let prompt = first;
  let best: Made | null = null;
  for (let repairs = 0; ; repairs += 1) {
    const answer = await consultation.ask(prompt, PlanAnswer);
    if (answer.type === 'failed' && !answer.canRepeat) {
      // What was paid for is not given up because a better one could not be had.
      return best === null || answer.outcome === 'cancelled'
        ? stopped(answer.outcome, answer.reason, [], answer.resetsAt)
        : drafted(consultation, best);
    }
    const result = resultOf(answer, consultation, frame);
    if (result.type === 'stopped') return best === null ? result : drafted(consultation, best);
    if (result.type === 'plan' && (best !== null || result.advice.length === 0)) return drafted(consultation, result);
    if (result.type === 'plan') best = result;
    const problems = result.type === 'plan' ? result.advice : result.problems;
    const willRetry = repairs < MAX_REPAIRS;
    consultation.report({ type: 'answer-rejected', problems: [...problems], willRetry });
    if (!willRetry) {
      return best === null
        ? stopped('unusable', `Claude’s answer makes no plan, after ${MAX_REPAIRS + 1} tries. Nothing was written.`, problems)
        : drafted(consultation, best);
    }
    prompt = repairPrompt(problems);
  }
}

function resultOf(
  answer: { readonly type: 'answered'; readonly value: PlanAnswer } | Unanswered,
  { redaction }: Consultation,
  frame: Parameters<typeof formatAnswer>[1],
): Formatted | Stopped {
  if (answer.type === 'failed') {
    const shorter = answer.outcome === 'too_long' ? ' Answer with a shorter plan.' : '';
    return { type: 'unusable', problems: [`${answer.reason}${shorter}`] };
  }
  const value = redactAll(answer.value, redaction);
  if (value.phases.length > 0) return formatAnswer(value, frame);
  const why = value.description.trim();
  return stopped('no_plan', `Claude made no plan of it${why === '' ? '.' : `: ${why}`}`);
}

function drafted(consultation: Consultation, made: Made): Made {
  const { plan, advice } = made;
  consultation.report({ type: 'plan-drafted', title: plan.title, ...sizeOf(plan), advice: [...advice] });
  return made;
}

async function land(
  workspace: Workspace,
  request: GenerateRequest,
  consultation: Consultation,
  { place, made, remarks }: { readonly place: NewPlanPlace; readonly made: Made; readonly remarks: readonly string[] },
): Promise<Generated> {
  const usage = consultation.usage();
  const { tokens, costUsd } = toCost(spendingOf(usage));
  const prompt = [place.title, request.description?.trim() ?? '', ...remarks].filter((part) => part !== '').join('\n\n');
  const landed = await landNewPlan({
    caller: { workspace, planId: place.id, env: request.env },
    place,
    text: made.text,
    what: 'generate the plan',
    evidence: (plan) => ({
      plan,
      iteration: 'generation',
      changedBy: 'claude',
      prompt,
      ...(tokens === null ? {} : { tokens }),
      ...(costUsd === null ? {} : { costUsd }),
    }),
    redaction: consultation.redaction,
  });
  const { commit, reason } = landed;
  if (commit === null) await keepCost(workspace, { planId: landed.place.id, outcome: 'generation', usage });
  consultation.settled();
  const { id, path, title } = landed.place;
  const advice = [...made.advice];
  consultation.report({ type: 'plan-generated', file: path, title, ...sizeOf(made.plan), commit, reason, advice, usage });
  return { type: 'generated', id, path, plan: { ...made.plan, id }, commit, reason, advice, usage };
}

function sizeOf(plan: Plan): { readonly phases: number; readonly tasks: number } {
  return { phases: plan.phases.length, tasks: plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0) };
}

function stopped(outcome: PlannerOutcome, reason: string, problems: readonly string[] = [], resetsAt: string | null = null): Stopped {
  return { type: 'stopped', outcome, reason, problems, resetsAt };
}
