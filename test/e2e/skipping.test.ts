/** A task that a person skips while it is at work: its agent is stopped, what it did is kept and out of the way, and the word stays. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rig, task, trailer, type Rig } from '../support/rig.ts';
import { contentOf } from '../support/scripted.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
/** Says that it has begun, and would never end. */
const HELD = 'echo $$ > "$(git rev-parse --git-common-dir)/begun"; sleep 600';
const parallel = (...tasks: readonly string[]) => `## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks.join('')}`;

/** Runs the plan in a process of its own until its first task has begun. */
async function begun(it: Rig, env: Readonly<Record<string, string>> = {}): Promise<{ readonly ended: Promise<number | null> }> {
  const options = { cwd: it.repository.root, stdio: 'ignore', env: { ...process.env, ...env } } as const;
  const child = spawn(process.execPath, [CLI, 'run', 'demo', '--quiet'], options);
  const ended = new Promise<number | null>((done) => child.on('close', done));
  await contentOf(it.repository.path('.git/begun'));
  return { ended };
}

function plans(it: Rig, ...words: readonly string[]): string {
  return execFileSync(process.execPath, [CLI, ...words], { cwd: it.repository.root, encoding: 'utf8' });
}

const message = (it: Rig, commit: string) => it.repository.git('log', '-1', '--format=%B', commit);
const shown = (it: Rig, what: string) => it.repository.git('show', what);

describe('a task that is skipped while it is at work', () => {
  it('is stopped at once; what it changed is put away, and the next begins without it', async () => {
    await using it = await rig(
      `## One\n\n${task('slow', `echo half > slow.txt; echo half >> shared.txt; ${HELD}`)}${task('next', 'echo next >> shared.txt')}`,
      { 'shared.txt': 'base\n' },
    );
    const { ended } = await begun(it);
    plans(it, 'skip', 'demo', 'slow');
    expect(await ended).toBe(0);
    expect(it.repository.log()).toEqual(['demo: Do next', 'demo: skipped: Do slow', 'demo: started', 'init']);
    expect(it.repository.status()).toEqual([]);
    expect(await it.repository.read('shared.txt')).toBe('base\nnext\n');
    expect(await it.plan()).toMatch(/status: completed[\s\S]*Do slow[\s\S]*status: skipped[\s\S]*- \[x\] Do next/);
    expect(shown(it, 'refs/plans/attempts/demo/slow/1:shared.txt')).toBe('base\nhalf\n');
    expect(shown(it, 'refs/plans/stash/demo/slow:slow.txt')).toBe('half\n');
    // What was tried stands in the history, and not only beside it.
    expect(trailer(message(it, 'HEAD~1'), 'Plan-Outcomes')).toBe('cancelled');
  });

  it('leaves its worktree to others, and lands nothing', async () => {
    await using it = await rig(parallel(task('slow', `echo half > slow.txt; ${HELD}`), task('other', 'echo other > other.txt')));
    const { ended } = await begun(it);
    plans(it, 'skip', 'demo', 'slow');
    expect(await ended).toBe(0);
    expect(it.repository.status()).toEqual([]);
    expect(it.repository.git('ls-files', '*.txt').trim()).toBe('other.txt');
    expect(shown(it, 'refs/plans/attempts/demo/slow/1:slow.txt')).toBe('half\n');
  });

  it('does not land, where its agent had done it when the word came', async () => {
    const gate = { name: 'slow', run: 'echo $$ > .git/begun; cat .git/gate', when: ['slow.txt'] };
    await using it = await rig(`## One\n\n${task('slow', 'echo done > slow.txt')}${task('next', 'echo next > next.txt')}`, {
      'plans.config.json': JSON.stringify({ qa: { gates: [gate] } }),
    });
    execFileSync('mkfifo', [it.repository.path('.git/gate')]);
    const { ended } = await begun(it);
    plans(it, 'skip', 'demo', 'slow');
    await writeFile(it.repository.path('.git/gate'), '');
    expect(await ended).toBe(0);
    expect(it.repository.log()).toEqual(['demo: Do next', 'demo: skipped: Do slow', 'demo: started', 'init']);
    expect(it.repository.status()).toEqual([]);
    expect(shown(it, 'refs/plans/stash/demo/slow:slow.txt')).toBe('done\n');
  });

  it('is not skipped by its agent’s own hand', async () => {
    const forged = `sed -i.bak 's/^  id: slow$/&\\n  status: skipped/' plans/demo.plan.md; rm plans/demo.plan.md.bak`;
    await using it = await rig(`## One\n\n${task('slow', `${forged}; echo half > slow.txt; exit 1`, 'maxAttempts: 1')}`);
    expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'slow' });
    expect(await it.plan()).toContain('status: failed');
    expect(it.repository.status()).toEqual(['?? slow.txt']);
  });

  it('is skipped also where its last attempt has just failed', async () => {
    await using it = await rig(
      `## One\n\n${task('bad', 'echo bad > bad.txt; exit 1', 'maxAttempts: 1')}${task('next', 'echo n > next.txt')}`,
    );
    const { end } = await it.run({
      on: (event) => {
        if (event.type !== 'attempt-finished' || event.task !== 'bad') return;
        // As a command would say it, before the failure is written.
        plans(it, 'skip', 'demo', 'bad');
      },
    });
    expect(end).toEqual({ type: 'completed' });
    expect(it.of('task-failed')).toEqual([]);
    expect(it.repository.status()).toEqual([]);
    expect(shown(it, 'refs/plans/stash/demo/bad:bad.txt')).toBe('bad\n');
  });
});
