/** Two plans of one repository whose tasks work apart: never two agents in one worktree. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { contentOf, isRunning } from '../support/scripted.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');

const plan = (title: string, run: string) =>
  `---\nstatus: ready\n---\n\n# ${title}\n\n## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${task(title, run)}`;

/** A repository of the plans `a` and `b`, with one task each; they see `MEET`, a folder that is nobody's work. */
async function repositoryOf(a: string, b: string): Promise<Repository> {
  const repository = await createRepository({
    'plans.config.json': JSON.stringify({ env: ['MEET'] }),
    'plans/a.plan.md': plan('a', a),
    'plans/b.plan.md': plan('b', b),
  });
  mkdirSync(repository.path('.git/meet'));
  return repository;
}

function start(repository: Repository, name: string): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [CLI, 'run', name, '--quiet'], {
    cwd: repository.root,
    detached: true,
    env: { ...process.env, MEET: repository.path('.git/meet') },
    stdio: 'ignore',
  });
  return { child, ended: new Promise((resolve) => child.on('exit', resolve)) };
}

it('two runs at once work in different worktrees', async () => {
  // The second begins while the first is at work, and the first goes on once the second is done.
  await using repository = await repositoryOf(
    'echo 1 > a.txt; pwd > "$MEET/a"; until test -e "$MEET/go"; do sleep 0.02; done',
    'test ! -e a.txt && echo 2 > b.txt; pwd > "$MEET/b"',
  );
  const a = start(repository, 'a');
  const first = await contentOf(repository.path('.git/meet/a'));
  expect(await start(repository, 'b').ended).toBe(0);
  expect(await contentOf(repository.path('.git/meet/b'))).not.toBe(first);
  await repository.write({ '.git/meet/go': '' });
  // The branch has moved under it: its work is put on top.
  expect(await a.ended).toBe(0);
  expect(repository.git('for-each-ref', 'refs/plans')).toBe('');
  for (const name of ['a', 'b']) expect(problemsOf(repository.root, name, 1)).toEqual([]);
});

it.skipIf(process.platform !== 'linux')(
  'what a killed run left working in one is ended before another plan’s task begins there',
  async () => {
    await using repository = await repositoryOf(
      'echo half > a.txt; test -e "$MEET/b" || { pwd > "$MEET/a"; echo $$ > "$MEET/pid"; while :; do sleep 0.02; echo >> late.txt; done; }',
      'pwd > "$MEET/b"; test ! -e late.txt && sleep 0.1 && test ! -e late.txt && echo 2 > b.txt',
    );
    const { child, ended } = start(repository, 'a');
    const pid = Number(await contentOf(repository.path('.git/meet/pid')));
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    expect(isRunning(pid)).toBe(true);
    expect(await start(repository, 'b').ended).toBe(0);
    expect(await contentOf(repository.path('.git/meet/b'))).toBe(await contentOf(repository.path('.git/meet/a')));
    expect(isRunning(pid)).toBe(false);
    expect(await start(repository, 'a').ended).toBe(0);
    for (const name of ['a', 'b']) expect(problemsOf(repository.root, name, 1)).toEqual([]);
    // What the killed one had begun is kept by who came next, as found there.
    const kept = repository.git('for-each-ref', '--format=%(refname)', 'refs/plans/preserved/b').trim();
    expect(repository.git('show', `${kept}:a.txt`)).toBe('half\n');
  },
);
