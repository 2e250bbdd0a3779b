/** What the commits of plans say was done, one entry a commit: what statistics add up, and what estimates are made from. */
import type { Evidence, PlanEvidence, TaskEvidence } from './evidence.ts';
import type { AttemptOutcome, GateVerdict } from './trailer-value.ts';

/** Who costs nothing but time: a command, and a person. */
const FREE: ReadonlySet<string> = new Set(['run', 'human']);

/** What one commit says of one plan, under the plan's present name. */
export interface Said {
  readonly planId: string;
  /** When it was made. Milliseconds since the epoch. */
  readonly at: number;
  readonly evidence: Evidence;
}

export interface PastWork {
  /** `landed`: a task; `given-up`: attempts at one that did not land; `written`: a plan, or suggestions for one; `taken-back`: a task. */
  readonly type: 'landed' | 'given-up' | 'written' | 'taken-back';
  readonly at: number;
  readonly plan: string;
  /** Null where the commit does not say, and no other names it. */
  readonly phase: string | null;
  readonly task: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly durationMs: number;
  /** Null means unknown, never zero. */
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** Of the attempts that did not land. An outcome that nobody wrote down is empty. */
  readonly outcomes: readonly AttemptOutcome[];
  /** Of the attempt that landed. */
  readonly gates: readonly GateVerdict[];
}

/** @param said oldest first */
export function pastWork(said: readonly Said[]): PastWork[] {
  const phases = new Map<string, string>();
  for (const { planId, evidence } of said) if ('attempt' in evidence) phases.set(keyOf(planId, evidence.task), evidence.phase);
  const named = new Map<string, number>();
  return said.flatMap(({ planId, at, evidence }): PastWork[] => {
    const nobody = { at, plan: planId, phase: null, task: null, agent: null, model: null, durationMs: 0, outcomes: [], gates: [] };
    if ('iteration' in evidence) {
      const { tokens = null, costUsd = null, iteration, changedBy } = evidence;
      if (tokens === null && costUsd === null) return [];
      return [{ ...nobody, type: 'written', task: iteration, agent: changedBy === 'claude' ? 'claude' : null, tokens, costUsd }];
    }
    const key = evidence.task === null ? null : keyOf(planId, evidence.task);
    const phase = key === null ? null : (phases.get(key) ?? null);
    if ('attempt' in evidence) {
      const before = named.get(key ?? '') ?? 0;
      named.delete(key ?? '');
      return [landed(evidence, { plan: planId, at }, before)];
    }
    const { outcomes = [] } = evidence;
    if (key !== null) named.set(key, (named.get(key) ?? 0) + outcomes.length);
    if (evidence.event === 'reverted' && evidence.task !== null)
      return [{ ...nobody, ...FREE_OF_COST, type: 'taken-back', phase, task: evidence.task }];
    return hasWork(evidence) ? [givenUp(evidence, { plan: planId, at, phase })] : [];
  });
}

const FREE_OF_COST = { tokens: 0, costUsd: 0 };

function landed(evidence: TaskEvidence, where: Pick<PastWork, 'plan' | 'at'>, namedBefore: number): PastWork {
  const { phase, task, agent, model = null, durationMs, tokens, costUsd, gates } = evidence;
  // Before outcomes were written down, only the count said that there had been others.
  const unnamed = Math.max(0, evidence.attempt - 1 - namedBefore);
  const { outcomes = Array.from({ length: unnamed }, () => ({ outcome: '', gates: [] })) } = evidence;
  const cost = costOf(agent, tokens, costUsd);
  return { type: 'landed', ...where, phase, task, agent, model, durationMs, ...cost, outcomes, gates };
}

function givenUp(evidence: PlanEvidence, where: Pick<PastWork, 'plan' | 'at' | 'phase'>): PastWork {
  const { task, agent = null, model = null, durationMs = 0, tokens = null, costUsd = null, outcomes = [] } = evidence;
  const cost = costOf(agent, tokens, costUsd);
  return { type: 'given-up', ...where, task, agent, model, durationMs, ...cost, outcomes, gates: [] };
}

/** A command is free, but for what Claude may have written about it. */
function costOf(agent: string | null, tokens: number | null, costUsd: number | null): Pick<PastWork, 'tokens' | 'costUsd'> {
  return agent !== null && FREE.has(agent) && tokens === null ? FREE_OF_COST : { tokens, costUsd };
}

function hasWork({ tokens, costUsd, outcomes }: PlanEvidence): boolean {
  return tokens !== undefined || costUsd !== undefined || outcomes !== undefined;
}

function keyOf(plan: string, task: string): string {
  return `${plan}\n${task}`;
}
