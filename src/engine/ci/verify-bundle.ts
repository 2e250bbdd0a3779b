/** The commits of a bundle as facts, one after another, and what is wrong with them: nothing of them is checked out or run. */
import { CONFIG_FILES } from '../../adapters/config.ts';
import type { Bundles, SidedFile } from '../../adapters/git/bundle.ts';
import type { Commit, Git } from '../../adapters/git/git.ts';
import { violationsOf, workViolationsOf, type BundleRules, type FileFacts, type FileSide } from '../../core/ci/verify-commit.ts';
import type { Config } from '../../core/config.ts';
import type { Redaction } from '../../core/redact.ts';
import { folderOf, pathOf, planAt } from './plan-commit.ts';

/** Commits of one bundle. */
const MAX_COMMITS = 2_000;
/** What the files of one commit hold together. Bytes; more are not read. */
const MAX_COMMIT_BYTES = 64 * 1024 * 1024;
/** Larger files are not read. Bytes. */
const MAX_READ_BYTES = 5 * 1024 * 1024;
/** Commits that are looked at once something is wrong. */
const MAX_WRONG = 5;

export interface RangeRequest {
  /** The commits after `start` up to `head`. */
  readonly start: string;
  readonly head: string;
  readonly rules: BundleRules;
}

export interface VerifiedRange {
  /** Those before the first with which something is wrong, oldest first. */
  readonly good: readonly Commit[];
  /** Sentences; none: all of it may be published. */
  readonly violations: readonly string[];
}

/** The rules for a plan under a config that is the base's. */
export function rulesFor(config: Config, planId: string, redaction: Redaction, tasks: ReadonlySet<string> | null = null): BundleRules {
  const { gates } = config.qa;
  return { planId, planPath: pathOf(config, planId), plansFolder: folderOf(config), configFiles: CONFIG_FILES, gates, tasks, redaction };
}

/** Looks at every commit between two. */
export async function verifyRange(git: Git, bundles: Bundles, { start, head, rules }: RangeRequest): Promise<VerifiedRange> {
  const newest = await git.log({ from: start, to: head, limit: MAX_COMMITS + 1 });
  if (newest.length > MAX_COMMITS) return { good: [], violations: [`The bundle has more than ${MAX_COMMITS} commits.`] };
  const good: Commit[] = [];
  const violations: string[] = [];
  let parent = start;
  let wrong = 0;
  for (const commit of newest.toReversed()) {
    const found = await look(git, bundles, commit, parent, rules);
    violations.push(...found);
    if (violations.length === 0) good.push(commit);
    wrong += found.length > 0 ? 1 : 0;
    if (wrong === MAX_WRONG) break;
    parent = commit.id;
  }
  if (violations.length === 0 && parent !== head)
    violations.push(`The bundle does not lead from ${start.slice(0, 12)} to ${head.slice(0, 12)}.`);
  return { good, violations };
}

/** Looks at the one commit that a machine of a wave has made. */
export async function verifyWork(
  git: Git,
  bundles: Bundles,
  { start, commit, rules }: { readonly start: string; readonly commit: Commit; readonly rules: BundleRules },
): Promise<readonly string[]> {
  // Where it stands elsewhere, what is between is another's.
  if (commit.parents.length !== 1 || commit.parents[0] !== start)
    return [`Commit ${commit.id.slice(0, 12)}: it does not stand on ${start.slice(0, 12)} alone, where the wave began.`];
  return look(git, bundles, commit, start, rules, workViolationsOf);
}

async function look(
  git: Git,
  bundles: Bundles,
  commit: Commit,
  parent: string,
  rules: BundleRules,
  judge = violationsOf,
): Promise<readonly string[]> {
  const { id, parents, subject, body, trailers } = commit;
  const changes = await bundles.changes(parent, id);
  const bytes = changes.reduce((sum, { after }) => sum + (after?.bytes ?? 0), 0);
  if (bytes > MAX_COMMIT_BYTES)
    return [`Commit ${id.slice(0, 12)}: its files have ${bytes} bytes together; at most ${MAX_COMMIT_BYTES} are published.`];
  const files: FileFacts[] = [];
  for (const { path, before, after } of changes) files.push({ path, before: await side(git, before), after: await side(git, after) });
  const of = { path: rules.planPath, planId: rules.planId, known: null };
  const [was, now] = [await planAt(git, parent, of), await planAt(git, id, of)];
  const plan = { before: was?.valid === true ? was.plan : null, after: now?.valid === true ? now.plan : null };
  return judge({ id, parents, message: `${subject}\n\n${body}`, trailers, files, plan }, parent, rules);
}

async function side(git: Git, file: SidedFile | null): Promise<FileSide | null> {
  if (file === null) return null;
  const { mode, id, bytes } = file;
  const isRead = bytes <= MAX_READ_BYTES && mode !== '160000';
  const content = isRead ? await git.readBlob(id) : null;
  return { mode, bytes, text: content === null ? (isRead ? '' : null) : Buffer.from(content).toString('latin1') };
}
