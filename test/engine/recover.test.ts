import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rig, task, type Rig } from '../support/rig.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const PLACES = [
  ['in the checkout', (text: string) => text],
  ['in a worktree', (text: string) => `## Side by side\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${text}`],
] as const;

/** Changes what git runs, once. */
const EVIL =
  'd=$(git rev-parse --git-common-dir); test -e $d/once || { touch $d/once; git config core.fsmonitor ./evil; mkdir -p $d/hooks; printf "#!/bin/sh\\n" > $d/hooks/pre-commit; }; echo 1 > one.txt';

function plans({ repository: { root } }: Rig, words: readonly string[], crashAt?: string) {
  const env = { ...process.env, ...(crashAt === undefined ? {} : { PLANS_CRASH_AT: crashAt }) };
  return spawnSync(process.execPath, [CLI, ...words], { cwd: root, env, encoding: 'utf8' });
}

/** A repository in which a runner was killed when its agent had changed git's settings; and these as they were. */
async function killed(place: (text: string) => string) {
  const it = await rig(place(task('one', EVIL)));
  const config = await it.repository.read('.git/config');
  expect(plans(it, ['run', 'demo'], 'after-agent').signal).toBe('SIGKILL');
  expect(await it.repository.read('.git/config')).toContain('fsmonitor');
  return { it, config };
}

async function expectPutBack(it: Rig, config: string, said: string) {
  expect(said).toMatch(
    /cut short in an attempt.*Put back:.*config \(core\.fsmonitor\).*hooks\/pre-commit|hooks\/pre-commit.*config \(core/,
  );
  expect(await it.repository.read('.git/config')).toBe(config);
  expect(existsSync(it.repository.path('.git/hooks/pre-commit'))).toBe(false);
  const [, kept = ''] = /what stood there is in (\S+)\.\*/.exec(said) ?? [];
  expect(readFileSync(join(it.repository.root, '.plans', `${kept.split('/.plans/')[1]}.config`), 'utf8')).toContain('./evil');
}

describe.each(PLACES)('what an agent %s made of git’s settings before its runner was killed', (_, place) => {
  it('is put back by the next run, kept and reported', async () => {
    const { it: of, config } = await killed(place);
    await using it = of;
    expect((await it.run()).end).toEqual({ type: 'completed' });
    await expectPutBack(
      it,
      config,
      it
        .of('note')
        .map(({ text }) => text)
        .join('\n'),
    );
    expect(it.repository.git('ls-tree', '--name-only', 'HEAD', 'one.txt').trim()).toBe('one.txt');
    expect(existsSync(it.repository.path('.git/plans/demo.settings'))).toBe(false);
  });
});

it('is put back by a command too, and once: what a person sets after that stays', async () => {
  const { it: of, config } = await killed((text) => text);
  await using it = of;
  const { status, stderr } = plans(it, ['skip', 'demo', 'one']);
  expect(status).toBe(0);
  await expectPutBack(it, config, stderr);
  it.repository.git('config', 'user.name', 'Grace');
  expect(plans(it, ['run', 'demo']).status).toBe(0);
  expect(it.repository.git('config', 'user.name').trim()).toBe('Grace');
});

describe('what an agent did to the branch before its runner was killed', () => {
  const COMMITS =
    'sed -i.bak "s/- \\[ \\] Do two/- [x] Do two/" plans/demo.plan.md; rm plans/demo.plan.md.bak; echo 1 > one.txt; git add -A; git commit -qm evil';
  const ONCE = `test -e .git/once || { touch .git/once; ${COMMITS}; }; echo 2 >> one.txt`;

  it('is put back, kept and reported; what it ticked is open', async () => {
    await using it = await rig(task('one', ONCE) + task('two', 'echo 2 > two.txt'));
    expect(plans(it, ['run', 'demo'], 'after-agent').signal).toBe('SIGKILL');
    expect(it.repository.log()[0]).toBe('evil');
    const evil = it.repository.head();
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.log()).toEqual(['demo: Do two', 'demo: Do one', 'demo: started', 'init']);
    expect(it.repository.git('show', 'HEAD~1:one.txt')).toBe('1\n2\n2\n');
    const [said] = it.of('note').map(({ text }) => text);
    expect(said).toContain(
      `Put back: HEAD, which the attempt had left at ${evil.slice(0, 12)}; its commits are kept under refs/plans/preserved/demo/one/`,
    );
    expect(said).toContain('status of "two"');
    expect(it.repository.git('rev-parse', `refs/plans/preserved/demo/one/${evil.slice(0, 12)}`).trim()).toBe(evil);
  });

  it.each([
    ['switch -qc mine', 'on "mine"'],
    ['switch -q --detach', 'detached from its branch'],
  ])('by "git %s" is put back before a command finds it', async (how, told) => {
    await using it = await rig(task('one', `git ${how}; echo 1 > one.txt`) + task('two', 'true'));
    expect(plans(it, ['run', 'demo'], 'after-agent').signal).toBe('SIGKILL');
    expect(plans(it, ['skip', 'demo', 'two'])).toMatchObject({ status: 0, stderr: expect.stringContaining(told) });
    expect(it.repository.git('branch', '--show-current').trim()).toBe('main');
    expect(it.repository.log()).toEqual(['demo: skipped: Do two', 'demo: started', 'init']);
  });

  it('is left where a person has committed on it since', async () => {
    await using it = await rig(task('one', ONCE) + task('two', 'echo 2 > two.txt'));
    plans(it, ['run', 'demo'], 'after-agent');
    await it.repository.commit('mine', { 'mine.txt': 'mine' });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.log()).toContain('mine');
  });
});

it('a config that changed before the runner was killed decides nothing until a person has looked at it', async () => {
  const config = 'echo "qa: {}" > plans.config.yaml';
  await using it = await rig(task('one', `test -e .git/once || { touch .git/once; ${config}; }; echo 1 > one.txt`));
  expect(plans(it, ['run', 'demo'], 'after-agent').signal).toBe('SIGKILL');
  const head = it.repository.head();
  const told = expect.stringMatching(/"plans\.config\.yaml" changed since that began, perhaps by its agent\. Look at it/);
  for (const words of [
    ['run', 'demo'],
    ['done', 'demo', 'one', '--yes'],
    ['run', 'demo'],
  ])
    expect(plans(it, words)).toMatchObject({ status: 2, stderr: told });
  expect([it.repository.head(), it.repository.status()]).toEqual([head, ['?? one.txt', '?? plans.config.yaml']]);
  await it.repository.write({ 'plans.config.yaml': null });
  expect(plans(it, ['run', 'demo']).status).toBe(0);
  expect(it.repository.status()).toEqual([]);
});
