/** The library: what `plans` does, in-process. */
export type { ConfigInput } from './core/config.ts';
export { checkPlan } from './core/lint.ts';
export { formatPlan } from './core/format.ts';
export { Problem } from './core/problem.ts';
export type { Diagnostic, Span, TextEdit } from './core/diagnostic.ts';
export type { PlannerEvent, PublishedEvent, PublishedPlannerEvent, RunEvent } from './core/event.ts';
export type { Phase, Plan, Task } from './core/plan.ts';
export type { RunSummary } from './core/summary.ts';
export { generatePlan } from './engine/planner/generate.ts';
export type { Draft, Generated, GenerateRequest, Verdict } from './engine/planner/generate.ts';
export { runPlan } from './engine/run.ts';
export type { RunOptions } from './engine/run.ts';
export { openWorkspace } from './engine/workspace.ts';
export type { Workspace } from './engine/workspace.ts';
