/** Claude reviews a plan: it looks at plan and repository, answers, mends what cannot be used, and its suggestions land as checkboxes beside the plan. */
import { suggestionRecord } from '../../core/apply.ts';
import { spendingOf, toCost } from '../../core/budget.ts';
import type { PublishedPlannerEvent, Usage } from '../../core/event.ts';
import type { Present, Version } from '../../core/perform.ts';
import { isOpen, type Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import { findPhase } from '../../core/progress.ts';
import { redactAll } from '../../core/redact.ts';
import { reviewAnswer, suggestionsIn, type ReviewScope, type Suggestions } from '../../core/review-answer.ts';
import { REVIEW_SYSTEM, reviewPrompt, reviewRepairPrompt } from '../../core/review-prompt.ts';
import { addSuggestions, formatReview, type TitledSuggestion } from '../../core/review-text.ts';
import type { SuggestionRecord } from '../../core/record.ts';
import { REVIEW_TYPES, type ReviewType } from '../../core/review-types.ts';
import type { Evidence } from '../../core/evidence.ts';
import { commit as commitPaths, whyRefused } from '../commits.ts';
import { holdPlan, openPlan, runnerOf, taskNamed, type Caller } from '../control.ts';
import { projectInstructions } from '../instructions.ts';
import type { PlanFile } from '../plan-file.ts';
import { checkedHead, unknown } from '../start.ts';
import type { Workspace } from '../workspace.ts';
import { openConsultation, type Consultation, type Stopped } from './consultation.ts';
import { readReview, reviewPlace, writeReview } from './review-file.ts';
import { keepCost } from './unlanded.ts';

/** Turns in which an answer can be mended. */
const MAX_REPAIRS = 2;

/** What Claude is asked to look for in a plan. */
export interface ReviewRequest {
  /** What to look for; at least one. */
  readonly types: readonly ReviewType[];
  /** By default the whole plan. */
  readonly scope?: ReviewScope | undefined;
  /** In place of the config's `claude.model`. */
  readonly model?: string | undefined;
  /** Stops it at any moment. Nothing half-written is left. */
  readonly signal?: AbortSignal | undefined;
}

/** The suggestions, which are in the review file now, or why there are none; and what asking has cost. */
export type Reviewed =
  | {
      readonly type: 'reviewed';
      /** The review file, relative to the root; it is not there where nothing was suggested yet. */
      readonly path: string;
      /** Those that are new. */
      readonly suggestions: readonly SuggestionRecord[];
      /** Claude's words on the plan. */
      readonly assessment: string;
      /** The iteration's id; null where nothing was suggested, or the file is written and not committed. */
      readonly commit: string | null;
      /** Why it is not committed, or not pushed where it should be; empty where all is well. */
      readonly reason: string;
      /** Why others of the answer were left out. */
      readonly problems: readonly string[];
      readonly usage: Usage;
    }
  | (Stopped & { readonly usage: Usage });

/**
 * Has Claude review a plan. `report` hears what happens on the way. A {@link Problem} says, before anything is spent, why it cannot begin; what
 * goes wrong afterwards is a result, with what it has cost.
 */
export async function reviewPlan(
  caller: Caller,
  request: ReviewRequest,
  report: (event: PublishedPlannerEvent) => void = () => {},
): Promise<Reviewed> {
  const { workspace, planId, env } = caller;
  const { model, signal, scope = { type: 'plan' } } = request;
  const { plan, system, prompt } = await reviewRequest(caller, request);
  const consultation = await openConsultation(workspace, { planId, env, system, model, signal, publish: report });
  consultation.report({ type: 'planner-started', activity: 'review', title: plan.plan.title, model: consultation.model });
  const drawn = await draw(workspace, plan, consultation, { types: request.types, scope, prompt });
  if (drawn.type === 'stopped') {
    const usage = consultation.usage();
    const { outcome, reason, problems, resetsAt } = drawn;
    await keepCost(workspace, { planId, outcome, usage });
    consultation.settled();
    consultation.report({ type: 'planner-stopped', outcome, reason, problems: [...problems], resetsAt, usage });
    return { ...drawn, usage };
  }
  return land(caller, plan, consultation, { ...drawn, types: request.types, scope });
}

/** All that Claude is told at first. A {@link Problem} says why the plan cannot be reviewed now. */
export async function reviewRequest(
  caller: Caller,
  { types, scope = { type: 'plan' } }: Pick<ReviewRequest, 'types' | 'scope'>,
): Promise<{ readonly plan: PlanFile; readonly file: string; readonly system: string; readonly prompt: string }> {
  const { workspace, planId: id } = caller;
  const plan = await openPlan(caller);
  if (types.length === 0) throw new Problem(`A review looks for something: ${REVIEW_TYPES.join(', ')}.`);
  checkScope(plan.plan, scope);
  const runner = runnerOf(workspace, id);
  if (runner !== null)
    throw new Problem(
      `The plan "${id}" is being run by process ${runner.pid}, and a review is a commit. Let it pause first: plans pause ${id}`,
    );
  const { commit } = await checkedHead(workspace);
  const review = await readReview(workspace, id);
  const prompt = reviewPrompt({
    version: plan,
    types,
    scope,
    gates: workspace.config.qa.gates,
    instructions: await projectInstructions(workspace.git, commit),
    made: review?.review.suggestions ?? [],
  });
  if (prompt === null)
    throw new Problem(`The plan "${id}" is too long to be looked at as a whole. Review a part of it: --phase ID or --task ID.`);
  return { plan, file: reviewPlace(workspace, id).path, system: REVIEW_SYSTEM, prompt };
}

function checkScope(plan: Plan, scope: ReviewScope): void {
  if (scope.type === 'phase' && findPhase(plan, scope.id) === undefined)
    throw new Problem(
      unknown(
        plan,
        'phase',
        scope.id,
        plan.phases.map((phase) => phase.id),
      ),
    );
  const about =
    scope.type === 'task'
      ? [taskNamed(plan, scope.id)]
      : (scope.type === 'phase' ? plan.phases.filter(({ id }) => id === scope.id) : plan.phases).flatMap(({ tasks }) => tasks);
  if (about.length === 0 || about.some(isOpen)) return;
  const what =
    scope.type === 'plan'
      ? `Every task of "${plan.id}"`
      : scope.type === 'phase'
        ? `Every task of the phase "${scope.id}"`
        : `The task "${scope.id}"`;
  throw new Problem(`${what} is done, and what is done is not changed: there is nothing to review.`);
}

interface Drawn extends Suggestions {
  readonly type: 'drawn';
  readonly assessment: string;
}

/** Asks until every suggestion of an answer can be used, or none more is mended: then those that can be are taken. */
async function draw(
  workspace: Workspace,
  plan: PlanFile,
  consultation: Consultation,
  { types, scope, prompt: first }: { readonly types: readonly ReviewType[]; readonly scope: ReviewScope; readonly prompt: string },
): Promise<Drawn | Stopped> {
  const form = reviewAnswer(types);
  const review = await readReview(workspace, plan.plan.id);
  const made = new Set(review?.review.suggestions.map(({ id }) => id));
  const version = { text: plan.text, plan: plan.plan };
  let prompt = first;
  let best: Drawn | null = null;
  for (let repairs = 0; ; repairs += 1) {
    const answer = await consultation.ask(prompt, form);
    let problems: readonly string[];
    if (answer.type === 'answered') {
      const value = redactAll(answer.value, consultation.redaction);
      const found = suggestionsIn(value, version, { scope, made, present: presentOf(workspace) });
      const drawn: Drawn = { type: 'drawn', ...found, assessment: value.assessment.trim() };
      if (best === null || found.suggestions.length >= best.suggestions.length) best = drawn;
      if (found.problems.length === 0) return drawn;
      problems = found.problems;
    } else {
      // What was paid for is not given up because the rest could not be mended.
      const usable = best !== null && best.suggestions.length > 0 && answer.outcome !== 'cancelled';
      if (!answer.canRepeat && usable) return best as Drawn;
      if (!answer.canRepeat)
        return { type: 'stopped', outcome: answer.outcome, reason: answer.reason, problems: [], resetsAt: answer.resetsAt };
      problems = [answer.outcome === 'too_long' ? `${answer.reason} Answer with fewer suggestions.` : answer.reason];
    }
    const willRetry = repairs < MAX_REPAIRS;
    consultation.report({ type: 'answer-rejected', problems: [...problems], willRetry });
    if (willRetry) prompt = reviewRepairPrompt(problems);
    else if (best !== null && best.suggestions.length > 0) return best;
    else {
      const reason = `Nothing of Claude’s answer can be used, after ${MAX_REPAIRS + 1} tries. Nothing was written.`;
      return { type: 'stopped', outcome: 'unusable', reason, problems, resetsAt: null };
    }
  }
}

/** What suggestions are made against here. No task runs while a review is written or applied: the plan's lock is held. */
export function presentOf({ known, cache }: Workspace): Present {
  return { known, cache, running: new Set() };
}

async function land(
  caller: Caller,
  plan: PlanFile,
  consultation: Consultation,
  drawn: Drawn & { readonly types: readonly ReviewType[]; readonly scope: ReviewScope },
): Promise<Reviewed> {
  const { suggestions, assessment, problems } = drawn;
  const { path } = reviewPlace(caller.workspace, caller.planId);
  const usage = consultation.usage();
  const landed = suggestions.length === 0 ? { commit: null, reason: '' } : await landReview(caller, plan, consultation, drawn);
  if (landed.commit === null) await keepCost(caller.workspace, { planId: caller.planId, outcome: 'review', usage });
  consultation.settled();
  const version: Version = { text: plan.text, plan: plan.plan };
  const review = await readReview(caller.workspace, caller.planId);
  const isNew = new Set(suggestions.map(({ id }) => id));
  const records = (review?.review.suggestions ?? [])
    .filter(({ id }) => isNew.has(id))
    .map((suggestion) => suggestionRecord(version, suggestion, presentOf(caller.workspace)));
  const said = { assessment, ...landed, usage };
  consultation.report({ type: 'plan-reviewed', file: path, suggestions: records, problems: [...problems], ...said });
  return { type: 'reviewed', path, suggestions: records, problems, ...said };
}

/** Writes the suggestions behind those that are there, and commits the file. What was paid for is not lost: where it cannot be committed it stays uncommitted. */
async function landReview(
  caller: Caller,
  plan: PlanFile,
  consultation: Consultation,
  {
    suggestions,
    types,
    scope,
  }: { readonly suggestions: readonly TitledSuggestion[]; readonly types: readonly ReviewType[]; readonly scope: ReviewScope },
): Promise<{ readonly commit: string | null; readonly reason: string }> {
  const { workspace, planId, env } = caller;
  const place = reviewPlace(workspace, planId);
  const head = { createdBy: 'claude', model: consultation.model } as const;
  const write = (): Promise<void> =>
    writeReview(workspace, place, (text) =>
      text === null ? formatReview(plan.plan, head, suggestions) : addSuggestions(text, head, suggestions),
    );
  const { tokens, costUsd } = toCost(spendingOf(consultation.usage()));
  const evidence: Evidence = {
    plan: planId,
    iteration: 'review',
    changedBy: 'claude',
    prompt: `${types.join(', ')}${scope.type === 'plan' ? '' : ` of the ${scope.type} ${scope.id}`}`,
    ...(tokens === null ? {} : { tokens }),
    ...(costUsd === null ? {} : { costUsd }),
  };
  let written = false;
  let commit: string | null = null;
  try {
    await holdPlan(caller, async (lease) => {
      await write();
      written = true;
      const at = await checkedHead(workspace);
      const committer = { workspace, planId, env, head: at, commits: 0, redaction: consultation.redaction, lease };
      const count = `${suggestions.length} ${suggestions.length === 1 ? 'suggestion' : 'suggestions'}`;
      const outcome = await commitPaths(committer, [place.path], `review: ${count}`, evidence);
      if (outcome.type !== 'committed') throw new Problem(whyRefused(outcome));
      commit = outcome.commit;
    });
    return { commit, reason: '' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (!written) await write();
    return { commit, reason: error.message };
  }
}
