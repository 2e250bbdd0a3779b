/** The shipped review workflow, run as GitHub would run it, for a pull request of a fork that tries what it can. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { REVIEW_MARKER } from '../../src/core/ci/comment.ts';
import { runWorkflow, type RigOptions, type WorkflowRun } from '../support/actions/rig.ts';
import type { Json } from '../support/actions/expressions.ts';
import { folderForEach } from '../support/folder.ts';
import { pullOf } from '../support/github-rest.ts';
import { githubServer, type GitHubServer } from '../support/github-server.ts';
import type { PullRequest } from '../support/github-state.ts';
import { createRepository, type Repository } from '../support/repository.ts';

const ROOT = join(import.meta.dirname, '../..');
const WORKFLOW = join(ROOT, 'plans-example/.github/workflows/plans-review.yml');
const CONFIG = 'qa:\n  gates:\n    - { name: test, run: npm test }\n';
const PLAN = '---\nstatus: ready\n---\n\n# Greet\n\n- [ ] Write the greeting\n\n  ```yaml\n  run: make greeting\n  ```\n';

let folder: string;
folderForEach((path) => (folder = path));
let ran: string;
beforeEach(() => (ran = join(folder, 'ran')));

/** A repository on the scripted GitHub, and a pull request from a fork with these files in place of the base's. */
async function opened(files: Readonly<Record<string, string | null>>, use: (at: Opened) => Promise<void>): Promise<void> {
  await using base = await createRepository({ 'plans.config.yaml': CONFIG, 'plans/greet.plan.md': PLAN });
  await using server = await githubServer(base);
  base.git('switch', '-qc', 'fork');
  const pull: PullRequest = {
    number: 7,
    head: 'mallory:fork',
    headRepository: { id: 99, fullName: 'mallory/demo' },
    headSha: await base.commit('change', files),
    base: 'main',
    title: '$(touch ran) `touch ran`',
    body: '',
    state: 'open',
    draft: false,
    user: { login: 'mallory', type: 'User', id: 5 },
  };
  server.state.pulls.push(pull);
  push(base, server, pull.headSha ?? '');
  await use({ base, server, pull });
}

interface Opened {
  readonly base: Repository;
  readonly server: GitHubServer;
  readonly pull: PullRequest;
}

function push(from: Repository, server: GitHubServer, commit: string): void {
  execFileSync('git', ['-C', from.root, 'push', '--quiet', '--force', server.bare, `${commit}:refs/pull/7/head`], { stdio: 'pipe' });
}

function run({ server, pull }: Opened, options: Partial<RigOptions> = {}, workflow = WORKFLOW): Promise<WorkflowRun> {
  const event = {
    name: 'pull_request_target',
    ref: 'refs/heads/main',
    sha: server.state.branch('main') ?? '',
    actor: 'mallory',
    payload: { action: 'opened', pull_request: pullOf(server.state, pull) as unknown as Json, number: pull.number },
    changed: ['plans/greet.plan.md'],
  } as const;
  return runWorkflow(workflow, event, {
    server,
    own: { matches: (uses) => uses === 'gitplans/plans', folder: ROOT },
    secrets: { ANTHROPIC_API_KEY: 'sk-ant-secret' },
    ...options,
  });
}

const results = ({ jobs }: WorkflowRun) => Object.fromEntries(jobs.map(({ name, result }) => [name, result]));

describe('a pull request from a fork', () => {
  test('is reviewed in one comment, and runs nothing', async () => {
    const evil = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(ran)}, '');\nexport default { plans: 'elsewhere' };\n`;
    const files = {
      'plans.config.yaml': null,
      'plans.config.mjs': evil,
      'package.json': `{ "type": "module", "scripts": { "preinstall": "touch ${ran}", "test": "touch ${ran}" }, "plans-x": 1 }`,
      '.npmrc': `script-shell=${ran}\n`,
      '.gitattributes': '*.md filter=evil diff=evil\n',
      '.githooks/post-checkout': `#!/bin/sh\ntouch ${ran}\n`,
      'plans/greet.plan.md': PLAN.replace('make greeting', `touch ${ran}`).replace(
        '# Greet',
        `# Greet @octocat <img src=x> ${REVIEW_MARKER}`,
      ),
    };
    await opened(files, async (at) => {
      const done = await run(at);
      expect(results(done), done.log).toEqual({ review: 'success', comment: 'success', 'code-scanning': 'skipped' });
      expect(existsSync(ran)).toBe(false);
      const [comment, ...more] = at.server.state.comments;
      expect(more).toEqual([]);
      expect(comment).toMatchObject({ issue: 7, user: { login: 'github-actions[bot]' } });
      expect(comment?.body.startsWith(`${REVIEW_MARKER}\n## Plans\n`)).toBe(true);
      expect(comment?.body).toContain(`\`make greeting\` → \`touch ${ran}\``);
      expect(comment?.body).toContain('`plans.config.mjs` is code and changes');
      expect(comment?.body.replaceAll(/^(`{3,})diff\n.*?^\1$/gms, '')).not.toMatch(/@octocat|<img/);
      expect(at.server.refusals).toEqual([]);
      // No job had more than it needs, and no secret is anywhere.
      expect(done.log).not.toContain('sk-ant-secret');
      expect(done.jobs[0]?.summary).toContain('## Plans');
    });
  });

  test('with errors fails its check, and is commented on all the same', async () => {
    await opened({ 'plans/greet.plan.md': PLAN.replace('run: make', 'rum: make') }, async (at) => {
      const done = await run(at, { vars: { PLANS_CODE_SCANNING: 'true' } });
      expect(results(done), done.log).toEqual({ review: 'failure', comment: 'success', 'code-scanning': 'success' });
      expect(done.log).toMatch(/^::error file=plans\/greet\.plan\.md,line=10,.*title=unknown-key::/m);
      expect(at.server.state.comments[0]?.body).toContain('❌ **1 error**');
      const [sarif] = at.server.state.sarifs;
      expect(sarif).toMatchObject({ ref: 'refs/pull/7/head', commit_sha: at.pull.headSha });
      expect(String(sarif?.['sarif'])).toContain('"ruleId":"unknown-key"');
    });
  });

  test('has its comment updated when it changes, and a lost machine leaves the old one', async () => {
    await opened({ 'plans/greet.plan.md': PLAN.replace('make greeting', 'one') }, async (at) => {
      await run(at);
      const second = await at.base.commit('again', { 'plans/greet.plan.md': PLAN.replace('make greeting', 'two') });
      push(at.base, at.server, second);
      const pull = { ...at.pull, headSha: second };
      at.server.state.pulls.splice(0, 1, pull);
      const lost = await run({ ...at, pull }, { isLost: ({ job, step }) => job === 'review' && step === 'Hand the review on' });
      expect(results(lost)).toMatchObject({ review: 'failure', comment: 'failure' });
      expect(at.server.state.comments[0]?.body).toContain('`make greeting` → `one`');
      expect(results(await run({ ...at, pull }))).toMatchObject({ review: 'success', comment: 'success' });
      expect(at.server.state.comments.map(({ edits }) => edits)).toEqual([1]);
      expect(at.server.state.comments[0]?.body).toContain('`make greeting` → `two`');
    });
  });
});

test('a merge queue is told whether the plans are in order, and nothing is commented on', async () => {
  await opened({ 'plans/greet.plan.md': PLAN.replace('run: make', 'rum: make') }, async (at) => {
    const ref = 'refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef';
    const sha = at.pull.headSha ?? '';
    execFileSync('git', ['-C', at.base.root, 'push', '--quiet', at.server.bare, `${sha}:${ref}`], { stdio: 'pipe' });
    const base_sha = at.server.state.branch('main') ?? '';
    const merge_group = { head_sha: sha, head_ref: ref, base_sha, base_ref: 'refs/heads/main' };
    const event = { name: 'merge_group', ref, sha, actor: 'ada', payload: { action: 'checks_requested', merge_group } } as const;
    const own = { matches: (uses: string) => uses === 'gitplans/plans', folder: ROOT };
    const done = await runWorkflow(WORKFLOW, event, { server: at.server, own });
    expect(results(done), done.log).toEqual({ review: 'failure', comment: 'skipped', 'code-scanning': 'skipped' });
    expect(done.log).toMatch(/^::error file=plans\/greet\.plan\.md,line=10,.*title=unknown-key::/m);
  });
});

test('commits that were pushed over meanwhile are read all the same, and not posted', async () => {
  await opened({ 'plans/greet.plan.md': PLAN.replace('make greeting', 'one') }, async (at) => {
    at.base.git('switch', '--quiet', '-C', 'other', 'main');
    push(at.base, at.server, await at.base.commit('over it', { 'plans/greet.plan.md': PLAN.replace('make greeting', 'two') }));
    const before = at.pull;
    at.server.state.pulls.splice(0, 1, { ...before, headSha: at.base.git('rev-parse', 'HEAD').trim() });
    const done = await run(at);
    expect(results(done), done.log).toMatchObject({ review: 'success', comment: 'success' });
    expect(at.server.state.comments).toEqual([]);
  });
});

test('where the config is code the workflow says where the plans are', async () => {
  const workflow = join(folder, 'plans-review.yml');
  writeFileSync(workflow, readFileSync(WORKFLOW, 'utf8').replace('mode: review\n', 'mode: review\n          plans-folder: work\n'));
  await opened(
    { 'plans.config.yaml': null, 'plans.config.mjs': 'export default { plans: "work" };\n', 'work/new.plan.md': PLAN },
    async (at) => {
      const done = await run(at, {}, workflow);
      expect(done.log).not.toMatch(/plans: /);
      expect(at.server.state.comments[0]?.body).toContain('`work/new.plan.md`');
    },
  );
});

test('a review of a commit at which the pull request is not is not posted', async () => {
  await opened({ 'plans/greet.plan.md': PLAN.replace('make greeting', 'one') }, async (at) => {
    const done = await run({ ...at, pull: { ...at.pull, headSha: at.base.git('rev-parse', 'main').trim() } });
    expect(at.server.state.comments).toEqual([]);
    expect(results(done)).toMatchObject({ comment: 'success' });
  });
});
