/** Whether a workflow that carries plans out fits the repository in which it stands: read as data, as far as a file can tell. */
import { parse } from 'yaml';
import { z } from 'zod';

const Step = z.object({ uses: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() });
const Workflow = z.object({
  on: z.object({ push: z.object({ branches: z.array(z.string()).optional(), paths: z.array(z.string()).optional() }).nullish() }),
  jobs: z.record(z.string(), z.object({ steps: z.array(Step).optional() })),
});
type Job = z.output<typeof Workflow>['jobs'][string];

export interface WorkflowFacts {
  /** The branch that a clone gets. */
  readonly branch: string;
  /** The folder of the plans, from the root, with a final `/`. */
  readonly plans: string;
  readonly hasGates: boolean;
}

export interface Misfit {
  readonly severity: 'note' | 'warning';
  readonly text: string;
  readonly todo: string;
}

/** What does not fit; `file` as it is shown. Of a file that is no such workflow nothing is said: GitHub itself does. */
export function misfitsOf(file: string, content: string, facts: WorkflowFacts): readonly Misfit[] {
  const read = Workflow.safeParse(dataOf(content));
  if (!read.success) return [];
  const { on, jobs } = read.data;
  const { branch, plans, hasGates } = facts;
  const { branches, paths } = on.push ?? {};
  const found: Misfit[] = [];
  if (branches !== undefined && !branches.some((each) => each === branch || /[*?+[]/.test(each)))
    found.push({
      severity: 'warning',
      text: `${file} listens to pushes to ${branches.join(', ')}, and a clone gets ${branch}: no push there carries a plan out.`,
      todo: `Put ${branch} under on: push: branches.`,
    });
  if (paths !== undefined && !paths.some((each) => each.startsWith('*') || each.startsWith(plans)))
    found.push({
      severity: 'warning',
      text: `${file} listens to changes of ${paths.join(', ')}, and the plans are in ${plans}.`,
      todo: `Put '${plans}**' under on: push: paths.`,
    });
  const [name] = Object.entries(jobs).find(([, job]) => hasGates && isBare(job)) ?? [];
  if (name !== undefined)
    found.push({
      severity: 'note',
      text: `${file} has no step in the job "${name}" that prepares anything: gates find nothing but the checkout there.`,
      todo: 'Add what they need, such as npm ci or a toolchain, between the checkout and Plans.',
    });
  return found;
}

/** Whether a job runs gates right after the checkout. */
function isBare({ steps = [] }: Job): boolean {
  const at = steps.findIndex((step) => ['execute', 'task'].includes(String(step.with?.['mode'])));
  return at > 0 && steps.slice(0, at).every(({ uses = '' }) => uses.startsWith('actions/checkout@'));
}

function dataOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
