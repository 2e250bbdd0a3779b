/**
 * The library: what `plans` does, in-process. Nothing here prints or ends the process. What a person can mend is a {@link Problem}, whose message
 * is a sentence for them, and then nothing has changed. A `Caller` is `{ workspace, planId, env }`: whoever asks for something of one plan.
 */
import type { ServeOptions, Serving } from './engine/programs.ts';

export type { ConfigInput } from './core/config.ts';
export { checkPlan } from './core/lint.ts';
export { formatPlan } from './core/format.ts';
export { Problem } from './core/problem.ts';
export { markdownOf } from './core/diff-markdown.ts';
export type { Change, PlanDiff, PlansDiff } from './core/diff-record.ts';
export type { Diagnostic, Span, TextEdit } from './core/diagnostic.ts';
export type { PlannerEvent, PublishedEvent, PublishedPlannerEvent, RunEvent } from './core/event.ts';
export type { PlanChange, PublishedWatchEvent, WatchEvent } from './core/watch-event.ts';
export type { Phase, Plan, Task } from './core/plan.ts';
export type { RunSummary } from './core/summary.ts';
export type { IterationRecord, SuggestionRecord } from './core/record.ts';
export type { ReviewScope } from './core/review-answer.ts';
export type { ReviewType, SuggestionType } from './core/review-types.ts';
export type { Caller, Change as PlanEdit } from './engine/control.ts';
export { iterationDetail, planHistory } from './engine/iterations.ts';
export type { IterationDetail, PlanHistory } from './engine/iterations.ts';
export { applyReview, dismissReview, openReview } from './engine/planner/apply.ts';
export type { OpenReview, Settled, Which } from './engine/planner/apply.ts';
export type { At } from './engine/diff-side.ts';
export { diffPlans } from './engine/diff.ts';
export type { DiffOptions } from './engine/diff.ts';
export { generatePlan } from './engine/planner/generate.ts';
export type { Draft, Generated, GenerateRequest, Verdict } from './engine/planner/generate.ts';
export { reviewPlan } from './engine/planner/review.ts';
export type { Reviewed, ReviewRequest } from './engine/planner/review.ts';
export type { Agent, AgentEvent, AgentJob, AgentResult, AgentSession } from './adapters/agents/agent.ts';
export { runPlan } from './engine/run.ts';
export type { RunOptions } from './engine/run.ts';
export { watchWorkspace } from './engine/watcher.ts';
export type { WatchOptions, Watching } from './engine/watcher.ts';
export { openWorkspace } from './engine/workspace.ts';
export type { Workspace } from './engine/workspace.ts';

// Plans as they are: synced with the files and with git first.
export type { DiagnosticRecord, LiveRecord, PhaseRecord, PlanExport, PlanRecord, StateExport, TaskRecord } from './core/record.ts';
export { exportState, showPlan } from './engine/export.ts';
export { readiness } from './core/schedule.ts';
export type { Readiness, WaitReason } from './core/schedule.ts';
export { attemptsAt } from './engine/attempt-logs.ts';
export type { AttemptLogs } from './engine/attempt-logs.ts';
export { estimatePlan } from './engine/estimate.ts';
export type { PlanEstimate } from './engine/estimate.ts';
export { readPast } from './engine/past.ts';
export { statistics } from './core/statistics.ts';
export type { Grouping, Statistics } from './core/statistics.ts';
export { patchBetween, patchOfCommit, patchOfPlan } from './engine/patch.ts';
export type { Patch } from './engine/patch.ts';

// Plans as they are written: each call is one edit of the file, every other byte staying, and one commit.
export {
  changePlan,
  createPlan,
  EditRefused,
  PlanInvalid,
  PlanMoved,
  removePlan,
  revisionOf,
  rewritePlan,
  undoChange,
} from './engine/authoring.ts';
export type { CreatedPlan, NewPlanRequest, Rewritten } from './engine/authoring.ts';
export { PlanExists } from './engine/new-plan.ts';
export { inSteps, phaseSteps, planSteps, taskSteps } from './core/authoring.ts';
export type { PhaseAuthoring, PlanAuthoring, Step, TaskAuthoring } from './core/authoring.ts';
export { addPhase, removePhase } from './core/plan-edits.ts';
export { addTask, removeTask } from './core/task-edits.ts';
export { marking } from './engine/words.ts';

// A person's word on a plan, and what they have done by hand.
export { say } from './engine/say.ts';
export type { Steered } from './engine/control.ts';
export type { Word } from './core/request.ts';
export { doneByHand } from './engine/by-hand.ts';
export type { ByHand, DoneByHand } from './engine/by-hand.ts';
export { popStash, stash } from './engine/stash.ts';
export type { BroughtBack, PutAway } from './engine/leftovers.ts';
export { beginRun } from './engine/begin-run.ts';

/** Starts the server of `plans serve`. What it is made of is loaded by the first call. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const server = await import('./server/serve.ts');
  return server.serve(options);
}
export type { ServeOptions, Serving };
