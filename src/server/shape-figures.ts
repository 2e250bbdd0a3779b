/** Figures: what was done, what is left, what differs between commits. */
import { z } from 'zod';
import { PlanDiff } from '../core/diff-record.ts';
import { ChangesRecord, IterationRecord } from '../core/record.ts';
import { SUGGESTION_TYPES } from '../core/review-types.ts';

const count = z.int().min(0);
const usd = z.number().nullable().describe('US dollars; null where a price is not known.');
const Range = z.object({ expected: z.number(), low: z.number(), high: z.number() }).meta({ id: 'Range' });
const Source = z.looseObject({ type: z.string() }).describe('`history`, `rule`, `stated` or `none`, and what it is made from.');

export const EstimateShape = z
  .object({
    tasks: count.describe('Open tasks that an agent or a command will do.'),
    human: count.describe('Open tasks for a person: no figure has them.'),
    time: Range.nullable().describe('Milliseconds from start to end.'),
    tokens: Range.nullable(),
    cost: Range.nullable().describe('US dollars.'),
    unknown: z.object({ time: count, tokens: count, cost: count }).describe('Tasks that a figure leaves out.'),
    basis: z.array(z.object({ agent: z.string(), model: z.string().nullable(), tasks: count, time: Source, tokens: Source, cost: Source })),
    spent: z.object({ tokens: count.nullable(), costUsd: usd }),
    ceilingUsd: z.number(),
  })
  .meta({ id: 'Estimate' });

const totals = {
  tasks: count.describe('Tasks that landed.'),
  first: count.describe('Of those, at the first attempt.'),
  takenBack: count,
  attempts: count,
  failed: count.describe('Attempts that failed by what was done in them.'),
  durationMs: z.number(),
  tokens: count,
  costUsd: usd,
  knownCostUsd: z.number(),
  unpriced: count,
};
const Totals = z.object(totals).meta({ id: 'Totals' });

export const StatisticsShape = z
  .object({
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    by: z.enum(['plan', 'phase', 'task', 'agent', 'model']),
    totals: Totals,
    groups: z.array(z.object({ planId: z.string().nullable(), name: z.string().nullable(), ...totals })),
    days: z.array(z.object({ day: z.iso.date(), ...totals })).describe('By the day (UTC) of the commits; days without any are left out.'),
    slowest: z.array(
      z.object({
        planId: z.string(),
        task: z.string(),
        title: z.string().nullable().describe('As the file has it now; null where it has no such task any more.'),
        attempts: count,
        durationMs: z.number(),
        costUsd: usd,
      }),
    ),
    gates: z.array(z.object({ gate: z.string(), runs: count, failed: count })).describe('Those that failed, most often first.'),
    outcomes: z.array(z.object({ outcome: z.string(), count })),
  })
  .meta({ id: 'Statistics' });

export const ReadinessShape = z
  .object({
    tasks: z.array(
      z.object({
        taskId: z.string(),
        phaseId: z.string(),
        title: z.string(),
        ready: z.boolean(),
        because: z
          .array(z.looseObject({ type: z.string() }))
          .describe('Why it waits, the widest reason first; ids in it are those of the file.'),
      }),
    ),
  })
  .meta({ id: 'PlanReadiness' });

const SuggestionName = z.object({ id: z.string(), type: z.enum(SUGGESTION_TYPES), title: z.string() });

export const HistoryShape = z
  .object({
    iterations: z.array(IterationRecord).describe('Newest first.'),
    total: count,
    next: z.string().nullable().describe('For `after` of the next page.'),
    uncommitted: ChangesRecord.nullable().describe('What the file says that no commit has.'),
  })
  .meta({ id: 'PlanHistory' });

export const IterationShape = z
  .object({
    iteration: IterationRecord,
    diff: PlanDiff.nullable(),
    suggestions: z.object({ added: z.array(SuggestionName), removed: z.array(SuggestionName) }),
  })
  .meta({ id: 'IterationDetail' });

export const PatchShape = z
  .object({
    from: z.string().nullable().describe('Null: there is nothing before.'),
    to: z.string(),
    files: z.array(
      z.object({
        path: z.string(),
        status: z.enum(['added', 'modified', 'deleted']),
        additions: count,
        deletions: count,
        /** Null where it is no text, or too long. */
        patch: z.string().nullable().describe('A unified diff without its file names; null where the file is no text, or too long.'),
        reason: z.enum(['binary', 'too-long']).nullable(),
      }),
    ),
    left: count.describe('Files beyond the most that are answered.'),
  })
  .meta({ id: 'Patch' });

const Spent = z.object({ tokens: count.nullable(), costUsd: usd });
const commitId = z.string().describe('Of a commit.');

export const StatusShape = z
  .object({
    repositoryId: z.string(),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    operation: z.string().nullable().describe('What is half done in git: a merge, a rebase.'),
    running: z.array(
      z.object({
        executionId: z.string(),
        planId: z.string(),
        pid: z.int(),
        startedAt: z.iso.datetime(),
        tasks: z.array(z.object({ taskId: z.string(), attempt: z.int().min(1), agent: z.string(), startedAt: z.iso.datetime() })),
      }),
    ),
    plans: z.array(
      z.object({ planId: z.string(), spent: Spent.describe('By agents and conversations, what no commit says yet included.') }),
    ),
    spentToday: Spent.describe('Since midnight (UTC).'),
    dayBudgetUsd: z.number(),
    uncommitted: z
      .array(
        z.object({
          path: z.string(),
          kind: z.enum(['modified', 'added', 'deleted', 'untracked', 'conflicted']),
          staged: z.boolean(),
        }),
      )
      .describe('Plan files that differ from the last commit.'),
  })
  .meta({ id: 'RepositoryStatus' });

export const TaskLog = z
  .object({
    commits: z.array(
      z.object({
        commit: commitId,
        committedAt: z.iso.datetime(),
        subject: z.string(),
        planId: z.string(),
        phase: z.string().describe('As the file called it.'),
        task: z.string().describe('As the file called it.'),
        attempt: count,
        maxAttempts: count,
        agent: z.string(),
        session: z.string().nullable(),
        durationMs: z.number(),
        tokens: count.nullable(),
        costUsd: usd,
        gates: z.array(z.object({ name: z.string(), status: z.enum(['passed', 'failed', 'skipped']) })),
        flags: z.array(z.object({ name: z.string(), count })).describe('What the change does to the checks that it has passed.'),
        revertedBy: z.string().nullable().describe('The commit that took it back.'),
      }),
    ),
    next: z.string().nullable().describe('For `after` of the next page.'),
  })
  .meta({ id: 'TaskLog' });

const Pause = z.object({ type: z.literal('pause'), reason: z.string(), phaseId: z.string(), taskId: z.string().nullable() });
export const ForecastShape = z
  .object({
    planId: z.string(),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    steps: z
      .array(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('phase'), phaseId: z.string(), title: z.string() }),
          z.object({
            type: z.literal('task'),
            phaseId: z.string(),
            taskId: z.string(),
            title: z.string(),
            agent: z.string(),
            run: z.string().nullable(),
            gates: z.array(z.string()),
            maxAttempts: count,
          }),
          Pause,
        ]),
      )
      .describe('In the order in which they would be taken.'),
    commits: z
      .array(z.object({ subject: z.string(), taskId: z.string().nullable().describe('Null for one of the plan file alone.') }))
      .describe('Until it ends or pauses, if every task passes.'),
    problem: z.string().nullable().describe('Why it would not run now; null where it would.'),
  })
  .meta({ id: 'RunForecast' });
