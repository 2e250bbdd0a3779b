/** What the names of the closed lists mean, for the format reference. A name without a meaning does not compile. */
import type { PlannerEvent, RunEvent } from '../src/core/event.ts';
import type { WatchEvent } from '../src/core/watch-event.ts';
import type { Outcome, PauseReason, PlannerOutcome } from '../src/core/outcome.ts';

export const EVENT_MEANINGS: Readonly<Record<RunEvent['type'], string>> = {
  'run-started': 'A run of the plan begins, or goes on.',
  'phase-started': 'The first task of a phase begins.',
  'task-started': 'A task begins.',
  'attempt-started': 'A try at a task begins.',
  'agent-output': 'The agent printed something.',
  'agent-usage': 'What the attempt has cost so far, where the agent says it.',
  'agent-finished': 'The agent is done, whatever its work is worth.',
  'message-asked': "Claude was asked for the commit's message, which has cost so much.",
  'gate-started': 'A gate begins.',
  'gate-output': 'A gate printed something.',
  'gate-finished': 'A gate passed, failed or was skipped.',
  'attempt-finished': 'A try ended; `willRetry` says whether there will be another.',
  'task-completed': 'The work and the ticked box are committed.',
  'task-failed': 'The last try failed.',
  'phase-completed': 'Every task of a phase is done.',
  'plan-edited': 'A person changed the plan during the run.',
  'pause-requested': 'Somebody asked for a pause.',
  'pause-withdrawn': 'The pause that the plan file asked for is taken back before it began.',
  'cancel-requested': 'Somebody cancelled the plan: what runs is stopped, nothing else starts.',
  note: 'Something worth knowing that changes nothing.',
  'run-paused': 'The run waits for a person.',
  'run-completed': 'There is nothing left to do.',
  'run-failed': 'The run cannot go on.',
};

export const OUTCOME_MEANINGS: Readonly<Record<Outcome, string>> = {
  passed: 'Every gate passed.',
  gate_failed: 'A gate failed.',
  no_changes: 'No file was changed, or the gates took all changes back, and the task does not say `allowNoChanges`.',
  files_violation: "A file outside the task's `files` was changed, or one that no commit of this repository can hold.",
  agent_failed: 'The agent ended with an error.',
  denied: 'The agent was not permitted to do what it needed, or did what no task may do.',
  refused: 'The model refused.',
  timeout_idle: 'Nothing was printed for `idleTimeout`, or nothing came of it for `progressTimeout`.',
  timeout_wall: 'The attempt took longer than `timeout`.',
  rate_limited: "The provider's limit is reached; not counted as an attempt.",
  budget: 'The money or tokens for it are spent.',
  auth: 'The agent has no valid key or login, or its account has nothing left to spend.',
  setup_failed: 'The place to work in could not be prepared.',
  conflict: 'It touched what somebody else had changed.',
  hook_failed: 'A git hook refused the commit.',
  cancelled: 'A person stopped it.',
  interrupted: 'The process ended in the middle.',
};

export const PAUSE_MEANINGS: Readonly<Record<PauseReason, string>> = {
  phase_complete: 'A phase with `pauseAfter` is done.',
  manual_approval_required: 'The next task, of a manual phase, waits for approval, or one that weakens what is checked.',
  task_failed: 'A task failed in its last attempt.',
  human_task: "The next task is a person's: `assignee: human`.",
  budget: 'The money or tokens for it are spent.',
  rate_limited: "The provider's limit is reached.",
  requested: 'Somebody asked for it.',
  plan_invalid: 'The plan file has errors.',
  conflict: 'A change of a person and one of a task exclude each other.',
  remote: 'The remote from which the plan runs could not be used, or another runner took the plan over.',
  reopened: 'The plan was completed, and has open tasks again.',
};

export const PLANNER_EVENT_MEANINGS: Readonly<Record<PlannerEvent['type'], string>> = {
  'planner-started': 'Claude is asked.',
  'repository-read': 'Claude looks at something: `detail` is a path, or what is searched for.',
  'planner-output': "More of a thought, or of the answer's own text, as it comes.",
  'planner-usage': 'What it has cost so far.',
  'answer-rejected': 'The answer cannot be used, or could be better; `willRetry` says whether Claude is asked to mend it.',
  'plan-drafted': 'The answer makes a plan. It lands, or a person looks at it first.',
  'plan-generated': 'The plan is written; `commit` is null where it could not be committed, and `reason` says why.',
  'plan-reviewed': 'The suggestions are in the review file; `commit` is null where that could not be committed, and `reason` says why.',
  'planner-stopped': 'It ended with nothing written.',
  note: 'Something worth knowing that changes nothing.',
};

export const WATCH_EVENT_MEANINGS: Readonly<Record<WatchEvent['type'], string>> = {
  'watch-started': 'The cache is equal to the files, and what follows is told. `reason` says why the files are polled, where they are.',
  'polling-chosen': 'The system tells of no more changes, so the files are looked at again and again.',
  'plans-changed':
    'Files changed: one by a save, hundreds by a branch switch. `cause` is `git` where all of it came with another commit on HEAD. Each plan has its `kind` and `changes`, in the form of those of an iteration.',
  note: 'Something worth knowing that changes nothing.',
};

export const PLANNER_OUTCOME_MEANINGS: Readonly<Record<PlannerOutcome, string>> = {
  abandoned: 'A person looked at the plan and gave it up.',
  cancelled: 'A person stopped it.',
  no_plan: 'Claude found nothing to plan; the reason is its own.',
  unusable: 'The answer made no plan, and did so still after it was to be mended.',
  too_long: "The answer is longer than a reply may be, or the conversation longer than the model's context.",
  refused: 'The model refused.',
  budget: 'The money or tokens for it are spent.',
  auth: 'There is no valid key, or the account has nothing left to spend.',
  rate_limited: "The provider's limit is reached.",
  unreachable: "Claude's API could not be reached, or failed.",
  bad_request: "Claude's API does not take the request: a model that does not exist, for example.",
};
