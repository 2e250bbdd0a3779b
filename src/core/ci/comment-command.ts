/** A comment on a pull request that steers a plan: one line, one word, nothing else. */

/** What is said of the plan on whose branch the pull request is. */
export type SteeringCommand =
  | { readonly name: 'run' | 'pause' | 'resume' | 'cancel' }
  | { readonly name: 'retry' | 'skip'; readonly task: string }
  /** `commit`: the beginning of the id of what was looked at. */
  | { readonly name: 'approve'; readonly task: string; readonly commit: string };

export type CommentCommand = SteeringCommand | { readonly name: 'review' } | { readonly name: 'estimate' };

export type ReadComment = { readonly command: CommentCommand } | { readonly problem: string };

const ALONE = ['run', 'pause', 'resume', 'cancel', 'review', 'estimate'] as const;
const WITH_TASK = ['retry', 'skip'] as const;
/** What a task's id is made of. */
const ID = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,79}$/u;
/** The beginning of a commit's id, long enough to mean one commit. */
const COMMIT = /^[0-9a-f]{7,64}$/;
const USAGE = 'Write one of: /plans run, pause, resume, cancel, review, estimate, retry TASK, skip TASK, approve TASK@COMMIT.';

/** What a comment asks for; null where it is no command: it has several lines, or does not begin with `/plans `. */
export function readComment(body: string): ReadComment | null {
  const line = body.trim();
  if (!/^\/plans(?:\s|$)/.test(line) || /[\r\n\u2028\u2029]/.test(line)) return null;
  const [, name = '', task, ...more] = line.split(/[ \t]+/);
  const alone = ALONE.find((each) => each === name);
  if (alone !== undefined && task === undefined) return { command: { name: alone } };
  const withTask = WITH_TASK.find((each) => each === name);
  if (more.length > 0 || task === undefined) return { problem: USAGE };
  if (withTask !== undefined)
    return ID.test(task) ? { command: { name: withTask, task } } : { problem: `What follows "${name}" is no id of a task.` };
  if (name !== 'approve') return { problem: USAGE };
  const at = task.lastIndexOf('@');
  const [id, commit] = [task.slice(0, Math.max(0, at)), task.slice(at + 1)];
  if (at < 0 || !COMMIT.test(commit))
    return { problem: 'An approval names what was looked at: /plans approve TASK@COMMIT, with at least 7 digits of the commit.' };
  return ID.test(id) ? { command: { name, task: id, commit } } : { problem: 'What follows "approve" is no id of a task.' };
}
