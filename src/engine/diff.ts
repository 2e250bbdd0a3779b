/** What differs between the plans of two versions of the repository: read through git's objects, without a checkout. */
import type { Known } from '../core/checks.ts';
import type { Forecast, PlanDiff, PlansDiff, PlanVersion } from '../core/diff-record.ts';
import { diffPlan, isUnchangedPlan, type ReadVersion, type Recorded } from '../core/diff.ts';
import { checkPlan } from '../core/lint.ts';
import { haveSameTasks } from '../core/match.ts';
import type { TaskStatus } from '../core/plan.ts';
import type { Evidence } from '../core/evidence.ts';
import { readTrailers } from '../core/trailer.ts';
import { openSide, type At, type OpenSide, type SideFile } from './diff-side.ts';
import { estimatePlan } from './estimate.ts';
import { blobId } from './plan-content.ts';
import { planFolderPath } from './sync.ts';
import type { Workspace } from './workspace.ts';

/** Commits between two versions that are asked what the executor did; beyond them a tick counts as made by hand. */
const MAX_COMMITS = 5_000;

/** What a comparison looks at, and what it says. */
export interface DiffOptions {
  /** This plan alone, by its id in either version. */
  readonly plan?: string | undefined;
  /** Forecasts of time and cost as of this day; none where it is absent. They read the whole history. */
  readonly forecastAt?: Date | undefined;
  /** Names that the later version may use, where they are not the workspace's; null: they are not known, and none is wrong. */
  readonly known?: Known | null;
  /** What commits say of themselves does not count, as anybody may have made them: each tick is by hand. */
  readonly strangers?: boolean;
}

/** A plan that differs, with what was read of both versions. */
interface ComparedPlan {
  readonly diff: PlanDiff;
  readonly before: ReadVersion | null;
  readonly after: ReadVersion | null;
}

interface ComparedPlans extends Omit<PlansDiff, 'version' | 'plans'> {
  readonly plans: readonly ComparedPlan[];
}

/** What `comparePlans` finds, as a record. */
export async function diffPlans(workspace: Workspace, base: At, head: At, options: DiffOptions = {}): Promise<PlansDiff> {
  const { plans, ...compared } = await comparePlans(workspace, base, head, options);
  return { version: 1, ...compared, plans: plans.map(({ diff }) => diff) };
}

/**
 * Compares all plans of two versions. Plans that say the same are left out; a plan file that got another name is one entry. What is wrong with a
 * version is in its diagnostics. A `Problem` where a version does not exist.
 */
export async function comparePlans(workspace: Workspace, base: At, head: At, options: DiffOptions = {}): Promise<ComparedPlans> {
  const [before, after] = [await openSide(workspace, base), await openSide(workspace, head)];
  const problems = [...before.problems, ...after.problems];
  const read = new VersionReader(workspace, options.known === undefined ? workspace.known : options.known, problems);
  const pairs: (readonly [ReadVersion | null, ReadVersion | null])[] = [];
  for (const id of new Set([...before.files.keys(), ...after.files.keys()])) {
    const pair = await read.pair(before.files.get(id), after.files.get(id));
    if (pair !== null) pairs.push(pair);
  }
  const wanted = withNewNames(pairs).filter((pair) => options.plan === undefined || pair.some((one) => one?.plan.id === options.plan));
  const recorded = options.strangers === true ? new Map<string, Recorded>() : await recordedBetween(workspace, before, after, wanted);
  const plans: ComparedPlan[] = [];
  for (const [old, now] of wanted) {
    const diff = diffPlan(old, now, now === null ? undefined : recorded.get(now.plan.id));
    if (isUnchangedPlan(diff)) continue;
    const { forecastAt: at } = options;
    const [was, is] = [await withForecast(workspace, diff.before, old, at), await withForecast(workspace, diff.after, now, at)];
    plans.push({ diff: { ...diff, before: was, after: is }, before: old, after: now });
  }
  const idOf = ({ before: old, after: now }: ComparedPlan) => (now ?? old)?.plan.id ?? '';
  plans.sort((a, b) => idOf(a).localeCompare(idOf(b), 'en'));
  return { base: before.side, head: after.side, plans, problems };
}

class VersionReader {
  readonly #workspace: Workspace;
  readonly #known: Known | null;
  readonly #problems: string[];

  constructor(workspace: Workspace, known: Known | null, problems: string[]) {
    this.#workspace = workspace;
    this.#known = known;
    this.#problems = problems;
  }

  /** Null where both say the same. */
  async pair(before: SideFile | undefined, after: SideFile | undefined): Promise<readonly [ReadVersion | null, ReadVersion | null] | null> {
    if (before?.blob != null && before.blob === after?.blob) return null;
    const now = after === undefined ? null : await this.#text(after);
    if (before?.blob != null && now !== null && blobId(Buffer.from(now)) === before.blob) return null;
    const old = before === undefined ? null : await this.#text(before);
    // What cannot be read is a problem of its own, and no plan that came or went.
    if ((old === null && before !== undefined) || (now === null && after !== undefined)) return null;
    // Line endings are git's and the editor's.
    if (old !== null && now !== null && old.replaceAll('\r\n', '\n') === now.replaceAll('\r\n', '\n')) return null;
    return [
      before === undefined || old === null ? null : this.#check(before, old, false),
      after === undefined || now === null ? null : this.#check(after, now, true),
    ];
  }

  async #text(file: SideFile): Promise<string | null> {
    const found = await file.read();
    if (found !== null && 'problem' in found) this.#problems.push(found.problem);
    return found !== null && 'text' in found ? found.text : null;
  }

  /** The config's names are those of now: what an older version may have named is not held against it. */
  #check({ planId, path: file }: SideFile, text: string, isNow: boolean): ReadVersion {
    return { file, text, ...checkPlan(text, planId, { known: isNow ? this.#known : null, cache: this.#workspace.cache }) };
  }
}

type VersionPair = readonly [ReadVersion | null, ReadVersion | null];

/** A plan that is gone and a new one that says the same are one plan under another name. */
function withNewNames(pairs: readonly VersionPair[]): readonly VersionPair[] {
  const gone = pairs.flatMap(([old, now]) => (old !== null && now === null ? [old] : []));
  const come = pairs.flatMap(([old, now]) => (old === null && now !== null ? [now] : []));
  const was = new Map<ReadVersion, ReadVersion>();
  const left = new Set(gone);
  for (const isSame of [
    (old: ReadVersion, now: ReadVersion) => old.text === now.text,
    (old: ReadVersion, now: ReadVersion) => haveSameTasks(old.plan.phases, now.plan.phases),
  ]) {
    for (const now of come.filter((one) => !was.has(one))) {
      const old = [...left].find((one) => isSame(one, now));
      if (old === undefined) continue;
      was.set(now, old);
      left.delete(old);
    }
  }
  return pairs.flatMap(([old, now]): VersionPair[] => {
    if (old !== null && now === null && !left.has(old)) return [];
    return [[old ?? (now === null ? null : (was.get(now) ?? null)), now]];
  });
}

/** What the executor's commits between two versions did to tasks, by plan. Asked only where some task's status differs. */
async function recordedBetween(
  { git, ...workspace }: Workspace,
  before: OpenSide,
  after: OpenSide,
  pairs: readonly VersionPair[],
): Promise<ReadonlyMap<string, Recorded>> {
  const recorded = new Map<string, Map<string, { readonly commit: string; readonly status: TaskStatus }>>();
  if (before.side.commit === null || !pairs.some(([old, now]) => old !== null && now !== null)) return recorded;
  const to = after.side.commit ?? (await git.head()).commit;
  if (to === null || to === before.side.commit) return recorded;
  const folder = planFolderPath(workspace);
  const range = { from: before.side.commit, to, limit: MAX_COMMITS, ...(folder === '' ? {} : { paths: [folder.slice(0, -1)] }) };
  for (const { id: commit, trailers } of (await git.log(range)).toReversed()) {
    const evidence = readTrailers(trailers);
    const status = evidence === null ? null : statusIn(evidence);
    if (evidence === null || status === null || evidence.plan === null || !('task' in evidence) || evidence.task === null) continue;
    const tasks = recorded.get(evidence.plan) ?? new Map<string, { readonly commit: string; readonly status: TaskStatus }>();
    recorded.set(evidence.plan, tasks.set(evidence.task, { commit, status }));
  }
  return recorded;
}

/** What a commit that says so made of its task. */
function statusIn(evidence: Evidence): TaskStatus | null {
  if ('attempt' in evidence) return 'completed';
  if (!('event' in evidence)) return null;
  switch (evidence.event) {
    case 'skipped':
      return 'skipped';
    case 'retry':
    case 'reverted':
      return 'pending';
    default:
      return evidence.reason === 'task_failed' ? 'failed' : null;
  }
}

async function withForecast(
  workspace: Workspace,
  version: PlanVersion | null,
  read: ReadVersion | null,
  at: Date | undefined,
): Promise<PlanVersion | null> {
  if (at === undefined || version === null || read === null || !read.valid) return version;
  const { tasks, human, time, cost } = await estimatePlan(workspace, read.plan, at);
  const forecast: Forecast = { tasks, human, time, cost };
  return { ...version, forecast };
}
