import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { rig, task, type Rig } from '../support/rig.ts';

/** The same task in the checkout and in a worktree of its own. */
const PLACES = [
  ['in the checkout', (text: string) => text],
  ['in a worktree', (text: string) => `## Side by side\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${text}`],
] as const;

const notes = (it: Rig) =>
  it
    .of('note')
    .map(({ text }) => text)
    .join('\n');
const filesOf = (it: Rig, commit = 'HEAD') => it.repository.git('show', '--format=', '--name-only', commit).trim().split('\n').toSorted();
const kept = (it: Rig) =>
  it.repository.git('for-each-ref', '--format=%(refname)', 'refs/plans/preserved').trim().split('\n').filter(Boolean);

describe.each(PLACES)('an agent %s', (name, place) => {
  it('that commits: its commits become the one commit of the task', async () => {
    const run =
      'echo 1 > one.txt; git add -A; git commit -qm first; echo 2 > two.txt; git add -A; git commit -qm second; echo 3 > three.txt';
    await using it = await rig(place(task('one', run)), { 'dirty.txt': 'a\n' });
    await it.repository.write({ 'dirty.txt': 'mine\n', 'new.txt': 'mine\n' });
    const summary = await it.run();
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'init']);
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md', 'three.txt', 'two.txt']);
    expect(it.repository.status()).toEqual([' M dirty.txt', '?? new.txt']);
    expect(notes(it)).toMatch(/left HEAD at [0-9a-f]{12}.*it is back.*kept under refs\/plans\/preserved\/demo\/one\//);
    expect(it.repository.git('log', '-1', '--format=%s', kept(it)[0] ?? '').trim()).toBe('second');
  });

  it('that amends the last commit', async () => {
    await using it = await rig(place(task('one', 'echo 1 > one.txt; git add -A; git commit -q --amend -m mine')));
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'init']);
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
  });

  it('that makes a branch and works there', async () => {
    await using it = await rig(place(task('one', 'git switch -qc mine; echo 1 > one.txt; git add -A; git commit -qm mine')));
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.git('branch', '--show-current').trim()).toBe('main');
    expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'init']);
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(notes(it)).toContain('on "mine"');
  });

  it('that throws the last commits away', async () => {
    await using it = await rig(place(task('one', 'git reset -q --hard HEAD~2; echo 1 > one.txt')));
    await it.repository.commit('more', { 'more.txt': 'kept\n', 'README.md': 'newer\n' });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'more', 'init']);
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(await it.repository.read('README.md')).toBe('newer\n');
    expect(it.repository.status()).toEqual([]);
  });

  it('that goes to another branch, where there is something else', async () => {
    await using it = await rig(place(task('one', 'git checkout -q other; echo 1 > one.txt')));
    it.repository.git('switch', '-qc', 'other');
    await it.repository.commit('theirs', { 'README.md': 'other\n', 'theirs.txt': 'x\n' });
    const date = new Date(Date.now() - 3_600_000).toISOString();
    it.repository.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--amend', '--no-edit', '--date', date);
    it.repository.git('switch', '-q', 'main');
    // Made before the attempt: git's times are whole seconds.
    const old = it.repository.git('commit-tree', '-p', 'main', '-m', 'theirs', 'other^{tree}').trim();
    it.repository.git('update-ref', 'refs/heads/other', old);
    const summary = await it.run({ now: () => new Date(Date.now() + 10_000) });
    expect(summary.end).toEqual({ type: 'completed' });
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(await it.repository.read('README.md')).toBe('hello\n');
    expect(existsSync(it.repository.path('theirs.txt'))).toBe(false);
    expect(it.repository.git('rev-parse', 'other').trim()).toBe(old);
  });

  it('that writes hooks: they are put back, and the attempt has failed', async () => {
    const hook =
      'd=$(git rev-parse --git-common-dir); mkdir -p $d/hooks; printf "#!/bin/sh\\ntouch $PWD/ran\\n" > $d/hooks/pre-commit; chmod +x $d/hooks/pre-commit';
    await using it = await rig(place(task('one', `test $PLANS_ATTEMPT = 2 || { ${hook}; }; echo 1 > one.txt`)));
    const summary = await it.run();
    expect(summary.end).toEqual({ type: 'completed' });
    expect(it.of('attempt-finished')).toMatchObject([
      { outcome: 'denied', reason: expect.stringContaining('hooks/pre-commit') as unknown, willRetry: true },
    ]);
    expect(existsSync(it.repository.path('.git/hooks/pre-commit'))).toBe(false);
    expect(existsSync(it.repository.path('ran'))).toBe(false);
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
  });

  it.each([
    ['core.hooksPath', 'git config core.hooksPath evil', true],
    ['filter.x.clean', 'git config filter.x.clean ./evil', true],
    ['alias.st', 'git config alias.st "!evil"', true],
    ['core.fsmonitor', 'git config core.fsmonitor ./evil', true],
    ['core.hookspath', 'git config core.hooksPath .husky/_', false],
    ['remote.evil.url', 'git remote add evil https://evil.example/x', false],
    ['user.name', 'git config user.name Mallory', false],
  ])('that sets %s', async (key, command, denied) => {
    await using it = await rig(place(task('one', `test $PLANS_ATTEMPT = 2 || ${command}; echo 1 > one.txt`)));
    const config = await it.repository.read('.git/config');
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(it.of('attempt-finished').map(({ outcome }) => outcome)).toEqual(denied ? ['denied'] : []);
    expect(notes(it).toLowerCase()).toContain(`config (${key.toLowerCase()}`);
    expect(await it.repository.read('.git/config')).toBe(config);
    expect(it.repository.git('log', '-1', '--format=%an').trim()).toBe('Ada Lovelace');
  });

  it('that writes attributes and excludes beside the repository', async () => {
    const run =
      'd=$(git rev-parse --git-common-dir); mkdir -p $d/info; echo "* filter=x" > $d/info/attributes; echo "*.secret" >> $d/info/exclude; echo 1 > one.txt; echo 1 > a.secret';
    await using it = await rig(place(task('one', run)));
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(existsSync(it.repository.path('.git/info/attributes'))).toBe(false);
    expect(notes(it)).toMatch(/info\/attributes; info\/exclude|info\/exclude; info\/attributes/);
    expect(filesOf(it)).toEqual(['a.secret', 'one.txt', 'plans/demo.plan.md']);
  });

  it.each(['--skip-worktree', '--assume-unchanged'])(
    'that has git overlook what it changes (%s): it is looked at all the same',
    async (flag) => {
      const hide = `git update-index ${flag} plans.config.json gate.sh; echo '{}' > plans.config.json; echo 'exit 0' > gate.sh; echo 1 > one.txt`;
      const config = { 'plans.config.json': JSON.stringify({ qa: { gates: [{ name: 'sh', run: 'sh gate.sh' }] } }) };
      await using it = await rig(place(task('one', hide)), { ...config, 'gate.sh': 'exit 1\n', 'mine.txt': 'a\n' });
      it.repository.git('update-index', flag, 'mine.txt');
      expect((await it.run()).end).toEqual({ type: 'completed' });
      expect(filesOf(it)).toEqual(['gate.sh', 'one.txt', 'plans/demo.plan.md']);
      expect(await it.repository.read('plans.config.json')).toBe(config['plans.config.json']);
      expect(notes(it)).toMatch(/overlook changes of "gate.sh" and "plans.config.json"/);
      // A person's stays.
      expect(it.repository.git('ls-files', '-v', 'mine.txt')).toMatch(/^[Sh] mine.txt$/m);
    },
  );

  it('that makes the checkout a sparse one: its files come back', async () => {
    await using it = await rig(place(task('one', 'git sparse-checkout set src; echo 1 > one.txt', 'maxAttempts: 1')), {
      'src/a.txt': 'a\n',
      'lib/b.txt': 'b\n',
    });
    await it.run();
    expect(it.repository.git('ls-files', '-v')).not.toMatch(/^S/m);
    expect(await it.repository.read('lib/b.txt')).toBe('b\n');
    expect(it.repository.status()).toEqual(name === 'in the checkout' ? ['?? one.txt'] : []);
  });

  it('that edits other plans and the config: nothing of it is committed, and it is put back', async () => {
    const run =
      'echo 1 > one.txt; echo "- [x] Evil" >> plans/other.plan.md; echo "{\\"qa\\":{}}" > plans.config.json; echo "qa: {}" > .plansrc';
    const config = JSON.stringify({ qa: { gates: [{ name: 'true', run: 'true' }] } });
    await using it = await rig(place(task('one', run)), { 'plans/other.plan.md': '# Other\n\n- [ ] A\n', 'plans.config.json': config });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
    expect(it.repository.status()).toEqual([]);
    expect(await it.repository.read('plans.config.json')).toBe(config);
    expect(notes(it)).toMatch(/plans and config are not its work. Put back./);
    if (name === 'in the checkout') expect(it.repository.git('show', `${kept(it)[0]}:plans/other.plan.md`)).toContain('Evil');
  });

  it('that edits the config in package.json keeps the rest of its edit', async () => {
    const manifest = `${JSON.stringify({ name: 'x', plans: { maxAttempts: 2 } }, null, 4)}\n`;
    const run = 'echo 1 > one.txt; sed -i -e s/2/99/ -e "s/: .x.,/: \\"y\\",/" package.json';
    await using it = await rig(place(task('one', run) + task('two', 'sed -i s/2/99/ package.json; echo 2 > two.txt')), {
      'package.json': manifest,
    });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('package.json')).toBe(manifest.replace('"x"', '"y"'));
    expect(notes(it)).toContain('"plans" in package.json');
    expect(it.repository.status()).toEqual([]);
  });
});

it('hooks in the work tree are changed only by a task whose files name them', async () => {
  const run = 'echo "touch ran" >> .hooks/pre-commit; echo 1 > one.txt';
  await using it = await rig(task('one', run, 'maxAttempts: 1') + task('two', run, 'files: [.hooks/**, one.txt]'), {
    '.hooks/pre-commit': '#!/bin/sh\n',
  });
  it.repository.git('config', 'core.hooksPath', '.hooks');
  const summary = await it.run();
  expect(summary.failure).toMatchObject({
    outcome: 'denied',
    reason: expect.stringMatching(/\(\.hooks\/pre-commit\), .* but for hooks/) as unknown,
  });
  it.repository.git('checkout', '-q', '.hooks');
  expect(await it.run({ task: 'two' })).toMatchObject({ end: { type: 'done' } });
});

it.each([
  ['and fails', 'local', 'exit 1'],
  ['and says that all is well', 'local', 'true'],
  ['where the person’s own config names them', 'global', 'exit 1'],
])('hooks in the work tree that an attempt has changed are run by nobody: %s', async (_, where, then) => {
  const run = `echo "touch ran" >> .hooks/pre-commit; cp .hooks/pre-commit .hooks/commit-msg; echo 1 > one.txt; ${then}`;
  await using it = await rig(task('one', run, 'maxAttempts: 1'));
  await it.repository.commit('hooks', { '.hooks/pre-commit': '#!/bin/sh\n' });
  chmodSync(it.repository.path('.hooks/pre-commit'), 0o755);
  await it.repository.commit('executable');
  const global = it.repository.path('.git/global');
  it.repository.git('config', '--file', where === 'global' ? global : '.git/config', 'core.hooksPath', '.hooks');
  if (where === 'global') vi.stubEnv('GIT_CONFIG_GLOBAL', global);
  expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
  vi.unstubAllEnvs();
  expect(it.repository.status()).toEqual(['?? one.txt']);
  expect(existsSync(it.repository.path('ran'))).toBe(false);
  expect(notes(it)).toMatch(/changed what git does in this repository: .*\.hooks\/pre-commit/);
});

describe('a person beside an agent in the checkout', () => {
  const wait = 'echo ready; while ! test -f go; do :; done; echo 1 > one.txt';

  it('who commits is not taken for the agent: nothing is committed, and nothing put back', async () => {
    await using it = await rig(task('one', wait), { '.gitignore': 'go\n', 'a.txt': 'a\n' });
    const summary = await it.run({
      on: (event) => {
        if (event.type !== 'agent-output') return;
        writeFileSync(it.repository.path('a.txt'), 'mine\n');
        it.repository.git('commit', '-qam', 'mine');
        writeFileSync(it.repository.path('go'), '');
      },
    });
    expect(summary.end).toMatchObject({ type: 'paused', reason: 'conflict' });
    expect(it.repository.log()).toContain('mine');
  });

  it('who pushes a branch, and so lets it follow another, changes nothing that is put back', async () => {
    await using it = await rig(task('one', wait), { '.gitignore': 'go\n' });
    await it.run({
      on: (event) => {
        if (event.type !== 'agent-output') return;
        it.repository.git('config', 'branch.main.remote', 'origin');
        writeFileSync(it.repository.path('go'), '');
      },
    });
    expect(readFileSync(it.repository.path('.git/config'), 'utf8')).toContain('remote = origin');
    expect(notes(it)).toBe('');
  });

  it('whose uncommitted plans and config were there before keeps them', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt; echo "# evil" >> plans/other.plan.md'), {
      'plans/other.plan.md': '# Other\n\n- [ ] A\n',
    });
    await it.repository.write({ 'plans/other.plan.md': '# Other\n\n- [ ] A\n- [ ] Mine\n', 'plans/next.plan.md': '# Next\n' });
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(await it.repository.read('plans/other.plan.md')).toContain('Mine');
    expect(filesOf(it)).toEqual(['one.txt', 'plans/demo.plan.md']);
  });
});
