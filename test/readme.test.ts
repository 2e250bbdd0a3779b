import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createRepository } from './support/repository.ts';

const README = new URL('../README.md', import.meta.url);
/** Checked by the compiler with everything else. */
const EXAMPLE = new URL('./fixtures/library.ts', import.meta.url);

it('has an example of the library that does what it says, and ends', async () => {
  const [, section = ''] = readFileSync(README, 'utf8').split('\n## Library\n');
  const shown = /```ts\n([\s\S]*?)```/.exec(section)?.[1];
  expect(shown).toBe(readFileSync(EXAMPLE, 'utf8').replace("'../../src/index.ts'", "'gitplans'"));

  await using repository = await createRepository({
    'plans.config.json': JSON.stringify({ agent: 'script', agents: { script: { command: ['sh', '-c', 'echo done >> work.txt'] } } }),
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(EXAMPLE)], { cwd: repository.root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^run-started\n[\s\S]*\nrun-completed\ncompleted\n$/);
  expect(await repository.read('plans/add-user-authentication.plan.md')).toContain('- [x] Add the first migration');
  expect(repository.status()).toEqual([]);
});
