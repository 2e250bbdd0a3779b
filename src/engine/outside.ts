/**
 * What an agent in a worktree writes outside of it. In a file of the checkout nothing shows whose hand it was; where the agent's own account
 * of its calls names the file, it can be told from a person's.
 */
import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { readTranscriptLine } from '../core/transcript.ts';
import { isPlanOrConfig, note, transcriptFile, worksInCheckout } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';

/** Tools of agents whose call names the file that it writes, and under which names. */
const WRITERS: ReadonlySet<string> = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);
const NAMES = ['file_path', 'notebook_path'] as const;

/** Takes note, once an attempt has ended, of the plans and configs in the checkout that it has written from its worktree. */
export function reportOutside(context: RunContext, task: string, work: TaskWork): void {
  for (const path of writtenOutside(context, task, work)) {
    if (context.outside.has(path)) continue;
    context.outside.add(path);
    const next =
      path === context.plan.path
        ? 'What decides something there is put back, unless it was taken already.'
        : 'It is left as it is: look at it before you commit it.';
    note(context, task, `The attempt wrote "${path}" in the checkout, outside its worktree, as its transcript says. ${next}`);
  }
}

/** Whether what the plan file says now may be taken for a person's word. */
export function isPersonsWord(context: RunContext): boolean {
  const { path } = context.plan;
  if (worksInCheckout(context) || context.outside.has(path)) return false;
  return ![...context.tasks].some(([task, work]) => writtenOutside(context, task, work).includes(path));
}

/** Plans and configs of the checkout, relative to its root, that the current attempt of a task has written by its own account. */
function writtenOutside(context: RunContext, task: string, { place, attempt }: TaskWork): readonly string[] {
  if (place.slot === null) return [];
  const { workspace } = context;
  const calls = new Map<string, string>();
  for (const line of linesOf(transcriptFile(context, task, attempt))) {
    const entry = readTranscriptLine(line);
    if (entry?.type === 'call' && WRITERS.has(entry.tool)) {
      const file = fileOf(entry.input);
      const path = file === null ? '' : relative(workspace.root, resolve(place.root, file)).split(sep).join('/');
      if (isPlanOrConfig(workspace, path)) calls.set(entry.id, path);
    }
    // What was refused was not done.
    if (entry?.type === 'result' && entry.failed) calls.delete(entry.id);
  }
  return [...new Set(calls.values())];
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function fileOf(input: string): string | null {
  try {
    const given = JSON.parse(input) as Readonly<Record<string, unknown>>;
    const file = NAMES.map((name) => given[name]).find((value) => typeof value === 'string');
    return typeof file === 'string' ? file : null;
  } catch {
    return null;
  }
}
