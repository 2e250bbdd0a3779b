/** `plans diff`: what differs between two versions of the plans, in the plans' own terms. */
import { shellWord } from '../core/shell.ts';
import type { At } from '../engine/diff-side.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandInput } from './context.ts';
import { inWorkspace, planIds, slugOfArgument, unknownPlan, writeJson } from './reading.ts';
import { paintLines } from './terminal/line.ts';

/** Prints a diff. */
export const diff: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { diffPlans } = await import('../engine/diff.ts');
    const { base, head, plan } = await readCall(workspace, input);
    const result = await diffPlans(workspace, base, head, { plan, forecastAt: new Date(context.now()) });
    if (plan !== undefined && result.plans.length === 0 && !(await isPlan(workspace, plan)))
      throw await unknownPlan(workspace, plan, ' in either version');
    const format = context.json ? 'json' : (input.text('format') ?? 'terminal');
    if (format === 'json') writeJson(context, result);
    else if (format === 'markdown') {
      const { markdownOf } = await import('../core/diff-markdown.ts');
      context.out.write(`${markdownOf(result)}\n`);
    } else if (!context.quiet || result.plans.length > 0) {
      const { renderDiff } = await import('./terminal/diff.ts');
      const { columns } = context.out.size();
      context.out.write(paintLines(renderDiff(result, { columns, color: context.out.color }), context.out.color));
    }
    return result.problems.length > 0 || result.plans.some(({ after }) => after?.valid === false) ? EXIT.failed : EXIT.done;
  });

/** `[BASE[..HEAD]] [PLAN]`: one word alone is the one or the other. */
async function readCall(workspace: Workspace, input: CommandInput): Promise<{ base: At; head: At; plan: string | undefined }> {
  const [first, second] = input.arguments;
  const latest: At = { type: input.flag('staged') ? 'index' : 'worktree' };
  const last: At = { type: 'commit', revision: 'HEAD' };
  if (first === undefined) return { base: last, head: latest, plan: undefined };
  const plan = second === undefined ? undefined : slugOfArgument(second);
  const range = /^(.*?)(\.{2,3})(.*)$/.exec(first);
  if (range !== null) return { ...(await readRange(workspace, input, range)), plan };
  if (plan !== undefined) return { base: { type: 'commit', revision: first }, head: latest, plan };
  const isRevision = (await workspace.git.resolve(first)) !== null;
  const isName = await isPlan(workspace, slugOfArgument(first));
  if (isRevision && isName)
    throw new CommandError(
      `${shellWord(first)} is a plan and a revision. For the plan: plans diff HEAD ${shellWord(first)}. For the revision: plans diff ${shellWord(`refs/heads/${first}`)}.`,
    );
  return isRevision
    ? { base: { type: 'commit', revision: first }, head: latest, plan }
    : { base: last, head: latest, plan: slugOfArgument(first) };
}

/** `A..B`, and with three dots what B has done since it parted from A, as a pull request shows it. */
async function readRange(
  workspace: Workspace,
  input: CommandInput,
  [range = '', from = '', dots = '', to = '']: readonly string[],
): Promise<{ base: At; head: At }> {
  if (input.flag('staged'))
    throw new CommandError(`--staged compares with the index, and ${shellWord(range)} names both sides. Leave one of them out.`);
  const head: At = { type: 'commit', revision: to === '' ? 'HEAD' : to };
  if (dots === '..') return { base: { type: 'commit', revision: from === '' ? 'HEAD' : from }, head };
  const revision = await workspace.git.mergeBase(from === '' ? 'HEAD' : from, head.revision);
  if (revision === null)
    throw new CommandError(
      `${shellWord(range)} names no two commits with a history in common. In a shallow clone it may be missing: git fetch --unshallow.`,
    );
  return { base: { type: 'commit', revision }, head };
}

async function isPlan(workspace: Workspace, name: string): Promise<boolean> {
  return (await planIds(workspace)).includes(name);
}
