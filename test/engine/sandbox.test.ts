import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rig, task } from '../support/rig.ts';

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
});
