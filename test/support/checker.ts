/** What must hold after any history of kills and faults, read from git and the files alone. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan } from '../../src/core/parse.ts';

/** Longest output of one git command. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Sentences on everything that is wrong; none where all holds. `done` is how many tasks must be ticked at the least. */
export function problemsOf(root: string, planId: string, done: number): string[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES, stdio: ['ignore', 'pipe', 'pipe'] });
  const problems: string[] = [];
  const fsck = git('fsck', '--no-progress', '--no-dangling', '--full').trim();
  if (fsck !== '') problems.push(`git fsck: ${fsck}`);
  const committed = git('show', `HEAD:plans/${planId}.plan.md`);
  const file = readFileSync(join(root, 'plans', `${planId}.plan.md`), 'utf8');
  if (file !== committed) problems.push('the plan file is not what was committed');
  const { plan } = parsePlan(committed, planId);
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  const commits = new Map<string, string[]>();
  const keys = ['Plan', 'Plan-Task', 'Plan-Attempt'].map((key) => `%(trailers:key=${key},valueonly,separator=%x2C)`);
  for (const line of git('log', `--format=%H ${keys.join(' ')}`).split('\n')) {
    const [commit = '', of = '', task = '', attempt = ''] = line.split(' ');
    if (of === planId && task !== '' && attempt !== '') commits.set(task, [...(commits.get(task) ?? []), commit]);
  }
  for (const task of tasks) {
    const found = commits.get(task.id) ?? [];
    if (task.status === 'completed' && task.assignee === undefined && found.length !== 1)
      problems.push(`${task.id} is ticked and has ${found.length} commits`);
    if (task.status !== 'completed' && found.length !== 0) problems.push(`${task.id} is ${task.status} and has ${found.length} commits`);
  }
  for (const [task, [commit = '']] of commits) {
    const before = parsePlan(git('show', `${commit}~1:plans/${planId}.plan.md`), planId).plan;
    const after = parsePlan(git('show', `${commit}:plans/${planId}.plan.md`), planId).plan;
    const ticked = (version: typeof plan) => version.phases.flatMap((phase) => phase.tasks).filter(({ status }) => status === 'completed');
    const fresh = ticked(after)
      .map(({ id }) => id)
      .filter((id) => !ticked(before).some((other) => other.id === id));
    if (fresh.join() !== task) problems.push(`the commit of ${task} ticks ${fresh.join() || 'nothing'}`);
  }
  const ticks = tasks.filter(({ status }) => status === 'completed').length;
  if (ticks < done) problems.push(`only ${ticks} of ${done} tasks are done`);
  const left = readdirSync(join(root, 'plans')).filter((name) => !name.endsWith('.md'));
  if (left.length > 0) problems.push(`left in plans/: ${left.join(', ')}`);
  const dirty = git('status', '--porcelain', '--untracked-files=all').trim();
  if (ticks === tasks.length && dirty !== '') problems.push(`left in the work tree: ${dirty}`);
  return problems;
}
