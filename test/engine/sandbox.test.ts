import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { doneByHand } from '../../src/engine/by-hand.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { rig, task, type Rig } from '../support/rig.ts';

/** Stands in for the package: says what it was asked, and leaves a file behind until it is told that the command has ended. */
const PACKAGE = `
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
const say = (what) => appendFileSync('SANDBOX_LOG', JSON.stringify(what) + '\\n');
export const SandboxManager = {
  isSupportedPlatform: () => true,
  checkDependencies: () => ({ errors: ERRORS }),
  initialize: async (config) => say({ initialize: config }),
  wrapWithSandbox: async (command, shell, { filesystem }) => {
    if (command === 'true') return command;
    writeFileSync('GHOST', '');
    say({ wrap: filesystem });
    return 'INSIDE=1; export INSIDE; ' + command;
  },
  cleanupAfterCommand: () => rmSync('GHOST', { force: true }),
  reset: async () => say('reset'),
};
`;

const TASK = task('one', 'echo "inside=$INSIDE" > one.txt');

async function sandboxed(use: string, errors: readonly string[] | null) {
  const config = {
    sandbox: { use, domains: ['api.example.org'], writable: ['/caches'] },
    qa: { gates: [{ name: 'in', run: 'test -n "$INSIDE"' }] },
  };
  const it = await rig(TASK, { 'plans.config.json': JSON.stringify(config), '.gitignore': 'node_modules\n*.jsonl\n' });
  if (errors !== null) {
    const folder = 'node_modules/@anthropic-ai/sandbox-runtime';
    const code = PACKAGE.replaceAll('SANDBOX_LOG', it.repository.path('log.jsonl'))
      .replaceAll('GHOST', it.repository.path('.ghost'))
      .replace('ERRORS', JSON.stringify(errors));
    await it.repository.write({ [`${folder}/package.json`]: '{"type":"module","main":"index.js"}', [`${folder}/index.js`]: code });
  }
  return it;
}

async function done({ repository }: Rig) {
  await repository.write({ 'one.txt': 'mine\n' });
  const workspace = await openWorkspace(repository.root);
  const { signal } = new AbortController();
  const request = { task: 'one', files: null, gates: true, confirm: () => Promise.resolve(true), listen: () => {}, signal };
  return doneByHand({ workspace, planId: 'demo', env: process.env }, request).finally(() => workspace.close());
}

it('agents and gates run in the sandbox, which leaves nothing behind', async () => {
  await using it = await sandboxed('required', []);
  expect((await it.run()).end).toEqual({ type: 'completed' });
  expect(it.repository.git('show', 'HEAD:one.txt')).toBe('inside=1\n');
  expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['one.txt', 'plans/demo.plan.md']);
  expect(existsSync(it.repository.path('.ghost'))).toBe(false);
  const said = readFileSync(it.repository.path('log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(said[0]).toMatchObject({ initialize: { network: { allowedDomains: ['api.example.org'] } } });
  const filesystem = {
    allowWrite: [it.repository.root, '/caches'],
    denyWrite: expect.arrayContaining([it.repository.path('.git/hooks')]) as unknown,
  };
  expect(said.slice(1)).toMatchObject([{ wrap: filesystem }, { wrap: filesystem }, 'reset']);
});

it('a sandbox that is required and missing, or cannot work, is refused before anything changes', async () => {
  await using missing = await sandboxed('required', null);
  await expect(missing.run()).rejects.toThrow(
    /requires a sandbox. The package @anthropic-ai\/sandbox-runtime is not installed here. Install it/,
  );
  expect(missing.repository.log()).toEqual(['init']);
  await using broken = await sandboxed('required', ['bwrap not found']);
  await expect(broken.run()).rejects.toThrow(/cannot work here: bwrap not found/);
});

it('without one that works, "auto" goes on without', async () => {
  await using it = await sandboxed('auto', null);
  writeFileSync(it.repository.path('plans.config.json'), JSON.stringify({ sandbox: { use: 'auto' } }));
  expect((await it.run()).end).toEqual({ type: 'completed' });
  expect(it.repository.git('show', 'HEAD:one.txt')).toBe('inside=\n');
  // What a plan says itself under "run:" is no agent.
  expect(it.of('note')).toEqual([]);
});

it.each([
  ['auto', true],
  ['off', false],
])('a run with an agent and sandbox "%s" says once what does not protect: %s', async (use, told) => {
  const agents = { mine: { command: ['sh', '-c', 'echo $PLANS_TASK > $PLANS_TASK.txt'] } };
  const config = JSON.stringify({ agent: 'mine', agents, sandbox: { use } });
  await using it = await rig('- [ ] A\n- [ ] B\n', { 'plans.config.json': config });
  expect((await it.run()).end).toEqual({ type: 'completed' });
  const text = expect.stringMatching(/^There is no sandbox: .* can write outside .* plans doctor$/) as unknown;
  expect(it.of('note')).toEqual(told ? [{ type: 'note', task: null, text }] : []);
  it.events.length = 0;
  expect((await it.run()).end).toEqual({ type: 'completed' });
  expect(it.of('note')).toEqual([]);
});

it('what a person has done is judged in the sandbox too, and not at all without one that is required', async () => {
  await using it = await sandboxed('required', []);
  expect(await done(it)).toMatchObject({ type: 'committed', files: ['one.txt'] });
  expect(readFileSync(it.repository.path('log.jsonl'), 'utf8')).toMatch(/"wrap"[^]*"reset"/);
  expect(existsSync(it.repository.path('.ghost'))).toBe(false);
  await using missing = await sandboxed('required', null);
  await expect(done(missing)).rejects.toThrow(/requires a sandbox/);
  expect([missing.repository.log(), missing.repository.status()]).toEqual([['init'], ['?? one.txt']]);
});
