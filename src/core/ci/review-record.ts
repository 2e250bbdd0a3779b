/** A review of a pull request as data: what `plans ci review` writes and `plans ci comment` reads. Versioned; keys are only ever added. */
import { z } from 'zod';
import { PlansDiff } from '../diff-record.ts';
import { FieldChange } from '../field-record.ts';
import { PAUSE_REASONS } from '../outcome.ts';

const id = z.string();
const count = z.int().min(0);

/** A key of the config whose value differs. */
const ConfigKey = z
  .object({
    /** `qa.gates.test.run`: entries of lists that have a name go by it. */
    key: z.string(),
    /** As JSON; null where it is not there. */
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: 'ConfigKey' });

const ConfigChange = z
  .object({
    /** The files in the root; null: there is none. */
    before: z.string().nullable(),
    after: z.string().nullable(),
    /** What differs in a config that is data; null where one of both is code, which is never run to be read. */
    keys: z.array(ConfigKey).nullable(),
    /** What is wrong with the later one. */
    problems: z.array(z.string()),
    /** A unified diff of the files. */
    patch: z.string(),
  })
  .meta({ id: 'ConfigChange' });

const GraphTask = z.object({
  id,
  title: z.string(),
  status: z.enum(['pending', 'completed', 'failed', 'skipped']),
  marking: z.enum(['added', 'changed', 'removed']).nullable(),
});

const Graph = z
  .object({
    phases: z.array(z.object({ title: z.string(), tasks: z.array(GraphTask), more: count })),
    more: count,
    edges: z.array(z.array(count).length(2)),
  })
  .meta({ id: 'Graph' });

const Step = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('task'),
      task: id,
      title: z.string(),
      /** Null: the config says it, and is not known. */
      agent: z.string().nullable(),
      run: z.string().nullable(),
      /** Names of the gates it has to pass; null: the config says it, and is not known. */
      gates: z.array(z.string()).nullable(),
    }),
    z.object({
      type: z.literal('pause'),
      reason: z.enum(PAUSE_REASONS),
      /** The phase's title. */
      phase: z.string(),
      task: id.nullable(),
    }),
  ])
  .meta({ id: 'Step' });

/** What becomes of a plan once the change is merged. */
const Outlook = z
  .object({
    plan: id,
    outcome: z.enum(['runs', 'draft', 'waits', 'done', 'given-up', 'invalid', 'removed']),
    /** In the order of a run in which every task passes. The first of many. */
    steps: z.array(Step),
    /** Steps beyond those. */
    more: count,
    /** What it may cost at most. US dollars. Null: the config says it, and is not known. */
    ceilingUsd: z.number().nullable(),
    /** Null where there is nothing to draw. */
    graph: Graph.nullable(),
  })
  .meta({ id: 'Outlook' });

/** A suggestion in a plan's review that is code once somebody applies it. */
const SuggestedCode = z
  .object({ plan: id, id, title: z.string(), ticked: z.boolean(), risks: z.array(FieldChange) })
  .meta({ id: 'SuggestedCode' });

export const PullRequestReview = z
  .object({
    version: z.literal(1),
    diff: PlansDiff,
    /** Ids of plans of the diff that have changed on the base too, since the change parted from it. */
    alsoOnBase: z.array(id),
    /** Null where the config stays as it is. */
    config: ConfigChange.nullable(),
    /** The config that is code, where names of gates and agents could not be checked. */
    unread: z.string().nullable(),
    /** What the change brings into reviews of plans, as far as it is code. */
    suggested: z.array(SuggestedCode),
    /** One for each plan of the diff, in its order. */
    outlooks: z.array(Outlook),
  })
  .meta({
    id: 'PullRequestReview',
    title: 'Review of a pull request',
    description: 'What `plans ci review` writes into review.json. Keys are only ever added.',
  });

export type ConfigChange = z.infer<typeof ConfigChange>;
export type ConfigKey = z.infer<typeof ConfigKey>;
export type SuggestedCode = z.infer<typeof SuggestedCode>;
export type Step = z.infer<typeof Step>;
export type Outlook = z.infer<typeof Outlook>;
export type PullRequestReview = z.infer<typeof PullRequestReview>;
