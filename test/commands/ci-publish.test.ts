/** What the job that may push takes from the one that ran agents: every attack on it ends with nothing pushed. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';
import {
  CONFIG,
  commit,
  DONE,
  doneBy,
  FILES,
  honest,
  PATH,
  PLAN,
  publish,
  publishNow,
  STARTED,
  startedBy,
  withFiles,
  type Make,
} from './ci-bundle.ts';

it('publishes what is honest, and opens one pull request that is then updated', async () => {
  await using it = await jobWorld(FILES);
  const { code, out } = await publish(it, honest);
  expect([code, out]).toEqual([0, expect.stringMatching(/^tips: running, at [0-9a-f]{12}: http/)]);
  expect(it.server.git('log', '--format=%s', 'main..plans/tips').trim().split('\n')).toEqual(['tips: Do tip', 'tips: started']);
  expect(it.server.state.pulls).toHaveLength(1);
  expect(it.server.state.pulls[0]?.body).toMatch(/\| Add the tip \| ✅ \| 1 \|  \| \$0\.25 \| ✓ check \| [0-9a-f]{12} \|/);
  expect(it.server.state.pulls[0]?.body).toContain('2 commits · $0.25 · 1,000 tokens');
  // On from there.
  it.here.git('fetch', '--quiet', 'origin');
  const completed = DONE.replace('- [ ] Split', '- [x] Split').replace('running', 'completed');
  const more = await publish(it, (world) => commit(world, { [PATH]: completed, 'b.txt': 'b' }, doneBy('split')), {
    from: 'origin/plans/tips',
  });
  expect(more.err + more.out).toContain('tips: completed, at');
  expect(it.server.state.pulls).toHaveLength(1);
  expect(it.server.state.pulls[0]?.body).toContain('2 of 2 tasks');
  expect(it.server.refusals).toEqual([]);
});

describe('a bundle', () => {
  // Nothing comes of any of them, so that one repository serves them all.
  let shared: JobWorld;
  beforeAll(async () => {
    shared = await jobWorld(FILES);
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  it.each<readonly [string, Make, string]>([
    ['a forged trailer', withTrailers(doneBy('tip', 'Plan-Gates: check=failed')), 'its gate "check" failed'],
    ['a missing trailer', withTrailers(doneBy('tip', '')), 'it does not say what the gate "check" found'],
    ['another plan’s trailers', withTrailers(doneBy().replace('Plan: tips', 'Plan: other')), 'it is of the plan "other"'],
    [
      'two tasks in one commit',
      (w) => (commit(w, { [PATH]: STARTED }, startedBy), commit(w, { [PATH]: DONE.replace('- [ ] Split', '- [x] Split') }, doneBy())),
      'it is of the task "tip" and closes "split" too',
    ],
    [
      'a wider budget',
      withFiles({ [PATH]: DONE.replace('maxBudgetUsd: 2', 'maxBudgetUsd: 2000') }),
      'it changes "maxBudgetUsd" of the task "tip"',
    ],
    ['fewer gates', withFiles({ [PATH]: DONE.replace('id: split', 'id: split\n  gates: []') }), 'it changes "gates" of the task "split"'],
    [
      'a plan that is no longer one',
      withFiles({ [PATH]: `${DONE}\n- [ ] Again\n\n  \`\`\`yaml\n  id: tip\n  \`\`\`\n` }),
      'it leaves no valid plan',
    ],
    [
      'a workflow',
      withFiles({ '.github/workflows/evil.yml': 'on: push\n' }),
      'it changes ".github/workflows/evil.yml", where workflows stand',
    ],
    ['an action', withFiles({ 'tools/action.yml': 'runs: {}\n' }), 'it changes "tools/action.yml", which is an action'],
    ['the config', withFiles({ 'plans.config.yaml': `${CONFIG}env: ['*']\n` }), 'it changes "plans.config.yaml", which is the config'],
    ['a new config', withFiles({ 'plans.config.js': 'export default {};\n' }), 'it changes "plans.config.js", which is the config'],
    ['what a gate runs', withFiles({ 'check.sh': 'exit 0\n' }), 'it changes "check.sh", which a gate runs'],
    ['another plan', withFiles({ 'plans/evil.plan.md': PLAN }), 'it changes "plans/evil.plan.md", which is another plan’s or a review'],
    ['a secret', withFiles({ '.env': `TOKEN=ghp_${'a1B2'.repeat(9)}\n` }), '".env" holds a secret (GitHub token)'],
    ['a secret in its message', withTrailers(`sk-ant-${'a1B2'.repeat(9)}\n\n${doneBy()}`), 'its message holds a secret (Anthropic key)'],
    ['a file that is too large', withFiles({ 'big.bin': 'x'.repeat(5 * 1024 * 1024 + 1) }), '"big.bin" has 5242881 bytes'],
    ['a symbolic link', (w) => (symlinkSync('/etc/passwd', join(w.here.root, 'link')), honest(w)), '"link" is a symbolic link'],
    ['a submodule', (w) => (honest(w), submodule(w)), '"sub" is a submodule'],
  ])('is refused with %s', async (_, make, words) => {
    const { code, err } = await publish(shared, make);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
    expect(err).toContain('Nothing was pushed.');
    expect(shared.server.state.branch('plans/tips')).toBeNull();
    expect(shared.server.state.pulls).toEqual([]);
  });
});

function withTrailers(message: string): Make {
  return (it) => {
    commit(it, { [PATH]: STARTED }, startedBy);
    commit(it, { [PATH]: DONE, 'src/tip.js': 'x' }, message);
  };
}

function submodule({ here }: JobWorld): void {
  here.git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},sub`);
  here.git('commit', '--quiet', '--amend', '--no-edit');
}

function merge({ here }: JobWorld): void {
  here.git('checkout', '--quiet', '-b', 'side', 'main');
  here.git('commit', '--quiet', '--allow-empty', '-m', 'side');
  here.git('checkout', '--quiet', 'plans/tips');
  here.git('merge', '--quiet', '--no-ff', 'side', '-m', doneBy('split'));
}

it('refuses a bundle that begins elsewhere, and one that is none', async () => {
  await using it = await jobWorld(FILES);
  it.here.git('checkout', '--quiet', '-b', 'elsewhere', 'main');
  commit(it, { 'hidden.txt': 'x' }, 'hidden');
  it.here.git('checkout', '--quiet', 'main');
  const { err } = await publish(it, honest, { from: 'elsewhere', start: 'main' });
  expect(err).toContain('its trailers name no task and no event of a plan');
  const main = it.here.git('rev-parse', 'main').trim();
  writeFileSync(join(it.temp, 'plans/plan.bundle'), '# v2 git bundle\nrubbish');
  expect((await publishNow(it, main)).err).toContain('The bundle cannot be read');
  it.here.git('bundle', 'create', '--quiet', join(it.temp, 'plans/plan.bundle'), 'refs/heads/elsewhere');
  expect((await publishNow(it, main)).err).toContain('The bundle cannot be read');
  expect(it.server.git('for-each-ref', '--format=%(refname)', 'refs/heads').trim()).toBe('refs/heads/main');
});

it.each<readonly [string, Make, string]>([
  ['an extra commit', (w) => commit(w, { 'x.txt': 'x' }, 'chore: tidy up'), 'its trailers name no task and no event of a plan'],
  ['a merge', merge, 'parents, and every commit of a run has one'],
])('publishes what stands before %s, and pauses there', async (_, make, words) => {
  await using it = await jobWorld(FILES);
  const { code, err } = await publish(it, (w) => (honest(w), make(w)));
  expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  expect(err).toContain('What stands before that is published, and the plan is paused: http');
  expect(it.server.git('log', '--format=%s', 'main..plans/tips').trim().split('\n')).toEqual([
    'tips: paused: what followed was not published',
    'tips: Do tip',
    'tips: started',
  ]);
  expect(it.server.git('show', `plans/tips:${PATH}`)).toBe(DONE.replace('status: running', 'status: paused'));
  expect(it.server.state.pulls[0]?.body).toContain('**paused**');
});

it('begins nowhere but where the other branch is', async () => {
  await using it = await jobWorld(FILES);
  for (const id of ['f'.repeat(40), 'main', '--upload-pack=x', '$(id)']) {
    const { code, err } = await publishNow(it, id);
    expect([code, err]).toEqual([2, expect.stringMatching(/no history in common|Name the commit|needs a value/)]);
  }
});

it('runs no hook, no filter and no config of the repository', async () => {
  const notices = `#!/bin/sh\ntouch "$RAN/$(basename "$0")"\ncat\n`;
  await using it = await jobWorld({ ...FILES, '.gitattributes': '* filter=notice diff=notice merge=notice\n', 'hooks/pre-push': notices });
  const { here, temp } = it;
  mkdirSync(join(temp, 'ran'));
  const notice = join(temp, 'notice.sh');
  writeFileSync(notice, `#!/bin/sh\ntouch ${join(temp, 'ran')}/ran\ncat\n`);
  chmodSync(notice, 0o755);
  // The bundle is made before the machine is booby-trapped: what runs there is not what is looked at.
  const id = here.git('rev-parse', 'main').trim();
  here.git('checkout', '--quiet', '-B', 'plans/tips', 'main');
  honest(it);
  mkdirSync(join(temp, 'plans'));
  here.git('bundle', 'create', '--quiet', join(temp, 'plans/plan.bundle'), 'refs/heads/plans/tips', `^${id}`);
  here.git('checkout', '--quiet', 'main');
  here.git('branch', '-D', 'plans/tips');
  mkdirSync(join(here.root, '.git/hooks'), { recursive: true });
  for (const hook of ['pre-push', 'reference-transaction', 'post-index-change', 'pre-commit', 'commit-msg', 'post-checkout']) {
    writeFileSync(join(here.root, '.git/hooks', hook), `#!/bin/sh\ntouch ${join(temp, 'ran')}/${hook}\n`);
    chmodSync(join(here.root, '.git/hooks', hook), 0o755);
  }
  for (const key of [
    'filter.notice.clean',
    'filter.notice.smudge',
    'diff.notice.command',
    'diff.notice.textconv',
    'merge.notice.driver',
    'core.fsmonitor',
    'credential.helper',
  ])
    here.git('config', key, notice);
  const { code, out } = await publishNow(it, id);
  expect([code, out]).toEqual([0, expect.stringContaining('tips: running')]);
  expect(existsSync(join(temp, 'ran/ran'))).toBe(false);
  const { readdirSync } = await import('node:fs');
  expect(readdirSync(join(temp, 'ran'))).toEqual([]);
});

it('does not read a config that is code', async () => {
  const { 'plans.config.yaml': _, ...files } = FILES;
  await using it = await jobWorld({ ...files, 'plans.config.mjs': 'throw new Error("it ran")\n' });
  expect((await publish(it, honest)).err).toContain('The config is code (plans.config.mjs)');
});

it('takes nothing where the branch has another config than the base had', async () => {
  await using it = await jobWorld(FILES);
  it.here.git('checkout', '--quiet', '-B', 'plans/tips', 'main');
  commit(it, { [PATH]: STARTED }, startedBy);
  commit(it, { 'plans.config.yaml': 'qa: { gates: [] }\n' }, 'mine');
  it.here.git('push', '--quiet', 'origin', 'plans/tips');
  it.here.git('checkout', '--quiet', 'main');
  const { err } = await publish(it, (w) => commit(w, { [PATH]: DONE, 'a.txt': 'a' }, doneBy('tip', '')), { from: 'origin/plans/tips' });
  expect(err).toContain('The branch changes plans.config.yaml.');
});

it('says what a token is missing, and where nothing was left or nothing was begun', async () => {
  await using it = await jobWorld(FILES);
  const main = it.here.git('rev-parse', 'main').trim();
  expect((await publishNow(it, main)).out).toContain('The execution has left no commit.');
  expect(it.server.git('log', '-1', '--format=%B', 'refs/plans/executed/tips')).toMatch(/^tips: executed\n\nPlan-Content: [0-9a-f]{40}\n/);
  mkdirSync(join(it.temp, 'plans'), { recursive: true });
  writeFileSync(join(it.temp, 'plans/report.json'), JSON.stringify({ version: 1, end: { type: 'refused', reason: 'x' } }));
  expect((await publishNow(it, main)).out).toContain('The execution did not begin');
  it.server.state.allowsPullRequests = false;
  writeFileSync(join(it.temp, 'plans/report.json'), '{');
  expect((await publish(it, honest)).err).toMatch(/open a pull request/);
  // Once that is mended, the job is simply run again.
  it.server.state.allowsPullRequests = true;
  expect((await publishNow(it, main)).out).toContain('tips: running, at');
  expect(it.server.state.pulls).toHaveLength(1);
});

it('tells plans’ words so that they do nothing', async () => {
  const title = 'Add <img src=x onerror=alert(1)> @everyone #1 [x](javascript:1) \u202Edone | x';
  const text = PLAN.replace('Add the tip', title).replace('# Tips', '# Tips <script> @all <!-- plans:review -->');
  await using it = await jobWorld({ ...FILES, [PATH]: text });
  const running = text.replace('status: ready', 'status: running');
  await publish(it, (w) => {
    commit(w, { [PATH]: running }, startedBy);
    commit(w, { [PATH]: running.replace('- [ ] Add', '- [x] Add'), 'a.txt': 'a' }, doneBy());
  });
  const body = it.server.state.pulls[0]?.body ?? '';
  expect(body).toContain('onerror');
  expect(body).not.toMatch(/<img|<script|@everyone|(?<!\\)\]\(javascript|\u202E|(?<!\\)\| x \|/);
});
