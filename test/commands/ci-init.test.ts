/** A repository that has no workflows yet gets them, and hears what only a person can do. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workflowProblems } from '../support/actions/workflow.ts';
import { world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('plans.config.yaml', 'plans: docs/plans\nqa:\n  gates:\n    - { name: test, run: npm test }\n');
  here.commit('first');
  here.git('remote', 'add', 'origin', 'git@github.com:ada/tips.git');
  here.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
  here.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
});
afterEach(() => here.remove());

const FOLDER = '.github/workflows';
interface Said {
  readonly branch: string;
  readonly workflows: readonly { readonly file: string; readonly written: boolean }[];
  readonly todo: readonly string[];
}

it('writes them for the default branch and the folder of the plans, and numbers what is left', async () => {
  const { code, out } = await here.plans(['ci', 'init']);
  expect(code).toBe(0);
  expect(out).toContain(`✔ ${FOLDER}/plans-run.yml written\n`);
  expect(out).toMatch(/^1\. The gates \(test\) find nothing but the checkout/m);
  expect(out).toMatch(/^2\. The key of the model/m);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    '3. Let Actions open pull requests: https://github.com/ada/tips/settings/actions, "Workflow permissions"',
  );
  expect(out).toMatch(/^4\. Commit these files and push them to trunk/m);
  const run = here.read(`${FOLDER}/plans-run.yml`);
  expect(run).toContain("branches: [trunk]\n    paths: ['docs/plans/**']");
  for (const name of ['plans-run.yml', 'plans-review.yml', 'plans-command.yml'])
    expect(await workflowProblems(name, here.read(`${FOLDER}/${name}`))).toEqual([]);
  expect(existsSync(join(here.root, FOLDER, 'plans-matrix.yml'))).toBe(false);
});

it('keeps what is there, and says where two would do the same', async () => {
  here.write(`${FOLDER}/plans-run.yml`, 'mine\n');
  const said = JSON.parse((await here.plans(['ci', 'init', '--many', '--json'])).out) as Said;
  expect(said.branch).toBe('trunk');
  expect(said.workflows.map(({ file, written }) => [file, written])).toEqual([
    [`${FOLDER}/plans-review.yml`, true],
    [`${FOLDER}/plans-matrix.yml`, true],
    [`${FOLDER}/plans-command.yml`, true],
  ]);
  expect(said.todo[0]).toBe(`Take ${FOLDER}/plans-run.yml away: it carries plans out too, and one of them is enough.`);
  expect(here.read(`${FOLDER}/plans-run.yml`)).toBe('mine\n');
  const again = JSON.parse((await here.plans(['ci', 'init', '--many', '--json'])).out) as Said;
  expect(again.workflows.map(({ written }) => written)).toEqual([false, false, false]);
});

it('installs what a lock file of npm names, in each job that runs gates', async () => {
  here.write('package-lock.json', '{}\n');
  const { out } = await here.plans(['ci', 'init', '--many']);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'checkout on GitHub’s machine, and what "npm ci" brings. Add what else they need, such as a toolchain',
  );
  const matrix = here.read(`${FOLDER}/plans-matrix.yml`);
  expect(matrix.match(/^ {6}- run: npm ci$/gm)).toHaveLength(2);
  expect(await workflowProblems('plans-matrix.yml', matrix)).toEqual([]);
});

it('says what would not work: a config that is code, an agent that is a program of its own', async () => {
  here.git('rm', '--quiet', 'plans.config.yaml');
  here.write('plans.config.mjs', 'export default { agent: "codex" };\n');
  const { todo } = JSON.parse((await here.plans(['ci', 'init', '--json'])).out) as Said;
  expect(todo[0]).toContain('plans.config.mjs is code, which the jobs that decide and publish do not run.');
  expect(todo[1]).toContain('There are no gates yet');
  expect(todo[2]).toContain('The agent "codex" is a program that the machine has not got');
});
