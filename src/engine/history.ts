/** Git → cache: what the commits that touch plan files say, from git alone, so that every clone comes to the same. */
import type { Commit, Git } from '../adapters/git/git.ts';
import type { CommitRow, HistoryUpdate } from '../adapters/store/history-rows.ts';
import type { Store } from '../adapters/store/store.ts';
import { changesBetween } from '../core/change.ts';
import { type CommitFacts, foldIteration, foldPlan, foldTask, noFacts, type PlanFacts } from '../core/facts.ts';
import { NO_OUTLINE, type Outline, outlineOf } from '../core/outline.ts';
import { SectionCache } from '../core/section-cache.ts';
import type { Said } from '../core/past.ts';
import type { Evidence, IterationEvidence } from '../core/evidence.ts';
import { readTrailers } from '../core/trailer.ts';
import { planFolderPath, type SyncContext } from './sync.ts';
import { concerns, touchedBy, type Touched } from './touched.ts';

/** More new commits than this are read again from the start, limited to the plans' folder, which is faster then. */
const MAX_NEW_COMMITS = 500;
/** What so many commits say is worth being written down. */
const MANY_COMMITS = 50;
/** Outlines held in memory while a history is read; the others are in the cache. */
const MAX_OUTLINES = 64;
/** So often another process may index the same commits first. */
const MAX_TRIES = 5;
const REPOSITORY_ID_DIGITS = 12;

/** Brings commits, iterations and times up to date with HEAD. Costs one look at HEAD where it has not moved. */
export async function syncHistory(context: SyncContext): Promise<void> {
  const store = context.store();
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    store.refresh();
    const { generation } = store;
    const { commit: head } = await context.git.head();
    const indexed = store.meta('historyHead');
    const done = `${head ?? ''} ${planFolderPath(context)}`;
    if (indexed === done) return;
    const written = await indexCommits(context, store, head, indexed, done);
    if (written && store.generation === generation) return;
  }
}

/**
 * What every commit that touches a plan says of it, oldest first: from the cache where that has seen HEAD, else read from git, which is
 * faster than to index a long history for it. What many commits say is written down, so that the next to ask reads only those after them.
 */
export async function evidenceOf(context: SyncContext): Promise<readonly Said[]> {
  const store = context.store();
  store.refresh();
  const { commit: head } = await context.git.head();
  if (head === null) return [];
  const folder = planFolderPath(context);
  const done = `${head} ${folder}`;
  if (store.meta('historyHead') === done) {
    const rows = store.history.commits().toReversed();
    return rows.flatMap(({ planId, committedAt, evidence }) =>
      evidence === null ? [] : [{ planId, at: Date.parse(committedAt), evidence: JSON.parse(evidence) as Evidence }],
    );
  }
  const kept = keptEvidence(store);
  if (kept?.done === done) return kept.said;
  const outlines = new Outlines(context, store);
  const [from = '', oldFolder = ''] = kept?.done.split(/ (.*)/s) ?? [];
  const added = kept !== null && oldFolder === folder ? await commitsSince(context.git, from, head) : null;
  const commits = added ?? (await allCommits(context.git, head, folder));
  let said: Said[] = added === null ? [] : [...(kept?.said ?? [])];
  for (const commit of commits.toReversed()) {
    const evidence = readTrailers(commit.trailers);
    for (const touched of await touchedBy(commit, folder, (planId, blob) => outlines.of(planId, blob))) {
      const { planId, was } = touched;
      if (was !== null) said = underNewName(said, was, planId);
      if (evidence !== null && concerns(evidence, touched)) said.push({ planId, at: Date.parse(commit.committedAt), evidence });
    }
  }
  if (commits.length >= MANY_COMMITS) keepEvidence(store, done, said);
  return said;
}

interface KeptEvidence {
  /** The commit, and the folder of the plans. */
  readonly done: string;
  readonly said: readonly Said[];
}

function keptEvidence(store: Store): KeptEvidence | null {
  const [done, said] = store.snapshot(() => [store.meta('evidenceHead'), store.meta('evidence')]);
  try {
    return done == null || said == null ? null : { done, said: JSON.parse(said) as Said[] };
  } catch {
    return null;
  }
}

function keepEvidence(store: Store, done: string, said: readonly Said[]): void {
  store.transaction(() => {
    store.setMeta('evidenceHead', done);
    store.setMeta('evidence', JSON.stringify(said));
  });
}

/** What was about a plan before it got another name; what was about another plan of that name is about none any more. */
function underNewName<Row extends { readonly planId: string }>(rows: readonly Row[], from: string, to: string): Row[] {
  return rows.flatMap((row) => (row.planId === to ? [] : [row.planId === from ? { ...row, planId: to } : row]));
}

async function indexCommits(
  context: SyncContext,
  store: Store,
  head: string | null,
  indexed: string | null,
  done: string,
): Promise<boolean> {
  const folder = planFolderPath(context);
  const [from = '', oldFolder = ''] = indexed?.split(/ (.*)/s) ?? [];
  const added = head !== null && from !== '' && oldFolder === folder ? await commitsSince(context.git, from, head) : null;
  const commits = added ?? (head === null ? [] : await allCommits(context.git, head, folder));
  const start = added === null ? 0 : store.history.nextRank();
  const update = await new Indexer(context, store, added !== null, start).index(commits.toReversed());
  const root = added === null ? await context.git.rootCommit() : undefined;
  return store.transaction(() => {
    // Another process may have indexed meanwhile: then this is computed again on what it wrote.
    if (store.meta('historyHead') !== indexed) return false;
    if (added === null) store.history.clear();
    store.history.write(update);
    if (root !== undefined) store.setMeta('repositoryId', root?.slice(0, REPOSITORY_ID_DIGITS) ?? null);
    store.setMeta('historyHead', done);
    return true;
  });
}

/**
 * The commits after `from`, newest first, where they continue it in one line; null where they do not (a merge, a rewritten history, or too
 * many), because git leaves out other commits from a history with merges than from its parts.
 */
async function commitsSince(git: Git, from: string, head: string): Promise<readonly Commit[] | null> {
  if ((await git.resolve(`${from}^{commit}`)) === null) return null;
  const commits = await git.log({ from, to: head, limit: MAX_NEW_COMMITS + 1 });
  if (commits.length === 0 || commits.length > MAX_NEW_COMMITS) return null;
  const isLine = commits.every((commit, index) => commit.parents.length === 1 && commit.parents[0] === (commits[index + 1]?.id ?? from));
  return isLine ? commits : null;
}

function allCommits(git: Git, head: string, folder: string): Promise<readonly Commit[]> {
  return git.log(folder === '' ? { to: head } : { to: head, paths: [folder.slice(0, -1)] });
}

/** Reads commits oldest first and gathers what they say. */
class Indexer {
  readonly #store: Store;
  /** Whether earlier commits' facts are in the cache. */
  readonly #continues: boolean;
  readonly #folder: string;
  readonly #outlines: Outlines;
  readonly #facts = new Map<string, PlanFacts>();
  readonly #renamed: HistoryUpdate['renamed'][number][] = [];
  #commits: CommitRow[] = [];
  #iterations: HistoryUpdate['iterations'][number][] = [];
  #rank: number;

  constructor(context: SyncContext, store: Store, continues: boolean, rank: number) {
    this.#store = store;
    this.#continues = continues;
    this.#folder = planFolderPath(context);
    this.#outlines = new Outlines(context, store);
    this.#rank = rank;
  }

  async index(oldestFirst: readonly Commit[]): Promise<HistoryUpdate> {
    for (const commit of oldestFirst) {
      const evidence = readTrailers(commit.trailers);
      const touched = await touchedBy(commit, this.#folder, (planId, blob) => this.#outlines.of(planId, blob));
      for (const one of touched) await this.#take(commit, one, concerns(evidence, one) ? evidence : null);
      if (touched.length > 0) this.#rank++;
    }
    return { commits: this.#commits, iterations: this.#iterations, facts: this.#facts, renamed: this.#renamed };
  }

  async #take(commit: Commit, { planId, change, was }: Touched, evidence: Evidence | null): Promise<void> {
    // Of a review only what Plans itself says of it is an iteration: a person's comments change no plan.
    if (change === null && evidence === null) return;
    if (was !== null) this.#rename(was, planId);
    const facts = this.#factsOf(planId);
    const at: CommitFacts = { id: commit.id, parent: commit.parents[0] ?? null, at: new Date(commit.committedAt).toISOString() };
    if (evidence !== null && 'attempt' in evidence) foldTask(facts, at, evidence);
    else if (evidence !== null && 'event' in evidence) foldPlan(facts, at, evidence);
    else {
      const before = change?.before == null ? null : await this.#outlines.of(planId, change.before);
      const after = change?.after == null ? null : await this.#outlines.of(planId, change.after);
      const changes = changesBetween(before ?? NO_OUTLINE, after ?? NO_OUTLINE);
      if (change !== null) foldIteration(facts, at, changes, after);
      this.#iterations.push({
        rank: this.#rank,
        id: commit.id,
        planId,
        ...iterationOf(evidence),
        changes: (was === null ? changes : { ...changes, was }) as never,
        createdAt: at.at,
        subject: commit.subject,
        authorName: commit.authorName,
      });
    }
    this.#commits.push(commitRow(commit, this.#rank, planId, at.at, evidence));
  }

  #rename(from: string, to: string): void {
    this.#commits = underNewName(this.#commits, from, to);
    this.#iterations = underNewName(this.#iterations, from, to);
    this.#facts.set(to, this.#factsOf(from));
    this.#facts.set(from, noFacts());
    this.#renamed.push({ from, to });
  }

  #factsOf(planId: string): PlanFacts {
    const known = this.#facts.get(planId);
    if (known !== undefined) return known;
    const facts = this.#continues ? this.#store.history.facts(planId) : noFacts();
    this.#facts.set(planId, facts);
    return facts;
  }
}

function iterationOf(evidence: IterationEvidence | null) {
  if (evidence === null) return { iterationType: 'user_edit', changedBy: 'user', prompt: null, tokens: null, costUsd: null } as const;
  const { iteration: iterationType, changedBy, prompt, tokens = null, costUsd = null } = evidence;
  return { iterationType, changedBy, prompt, tokens, costUsd };
}

/** What versions of plans say: from memory, from the cache (the file as it is now is there already), or parsed. */
class Outlines {
  readonly #context: SyncContext;
  readonly #store: Store;
  readonly #known = new Map<string, Outline>();
  #sections: SectionCache | undefined;

  constructor(context: SyncContext, store: Store) {
    this.#context = context;
    this.#store = store;
    this.#sections = context.cache;
  }

  async of(planId: string, blob: string): Promise<Outline> {
    const known = this.#known.get(blob) ?? this.#store.history.outline(blob);
    if (known !== null) return this.#remember(blob, known);
    const bytes = await this.#context.git.readBlob(blob);
    // Imported only where a version has to be parsed: most commands never do.
    const { parsePlan } = await import('../core/parse.ts');
    this.#sections ??= new SectionCache();
    const outline = outlineOf(parsePlan(Buffer.from(bytes ?? []).toString('utf8'), planId, this.#sections).plan);
    if (bytes !== null) this.#store.history.keepOutline(blob, outline);
    return this.#remember(blob, outline);
  }

  #remember(blob: string, outline: Outline): Outline {
    this.#known.delete(blob);
    this.#known.set(blob, outline);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_OUTLINES && oldest !== undefined) this.#known.delete(oldest);
    return outline;
  }
}

function commitRow(commit: Commit, rank: number, planId: string, committedAt: string, evidence: Evidence | null): CommitRow {
  const task = evidence !== null && 'attempt' in evidence ? evidence : null;
  const event = evidence !== null && 'event' in evidence ? evidence : null;
  return {
    rank,
    planId,
    id: commit.id,
    kind: task !== null ? 'task' : event !== null ? 'plan' : 'iteration',
    committedAt,
    subject: commit.subject,
    authorName: commit.authorName,
    taskId: task?.task ?? event?.task ?? null,
    agent: task?.agent ?? null,
    durationMs: task?.durationMs ?? null,
    tokens: evidence?.tokens ?? null,
    costUsd: evidence?.costUsd ?? null,
    evidence: evidence === null ? null : JSON.stringify(evidence),
  };
}
