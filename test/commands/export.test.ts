import { afterEach, beforeEach, expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('plans/greet.plan.md', PLAN);
  here.write('plans/broken.plan.md', '# Broken\n\n- [ ] a\n\n  ```yaml\n  dependsOn: [b]\n  ```\n');
  here.commit();
});
afterEach(() => here.remove());

it.each([
  ['markdown', '- [ ] Write the greeting\n'],
  ['mermaid', 't1["Write the greeting"]:::pending'],
  ['github', "gh issue create --title='Write the greeting'"],
  ['spec-kit', '- [ ] T001 Write the greeting\n'],
  ['json', '"sourceFile": "plans/greet.plan.md"'],
])('exports one plan as %s', async (format, part) => {
  const { code, out } = await here.plans(['export', 'greet', '--format', format]);
  expect(out).toContain(part);
  expect(code).toBe(0);
});

it('writes a file, and says what', async () => {
  const { err } = await here.plans(['export', 'greet', '--format', 'mermaid', '--out', 'greet.mmd']);
  expect(err).toBe('greet.mmd: greet, 3 tasks\n');
  expect(here.read('greet.mmd').startsWith('flowchart LR\n')).toBe(true);
});

it.each<[readonly string[], number, string]>([
  [['--format', 'mermaid'], 2, '"--format mermaid" is for one plan: plans export PLAN --format mermaid.'],
  [['broken', '--format', 'markdown'], 1, 'plans/broken.plan.md has errors, and is not exported.'],
  [['gret', '--format', 'json'], 2, 'Did you mean "greet"?'],
  [['greet', '--format', 'mermad'], 2, 'Did you mean "mermaid"?'],
])('says what is wrong: %j', async (argv, code, message) => {
  const result = await here.plans(['export', ...argv]);
  expect(result.err).toContain(message);
  expect(result.code).toBe(code);
});
