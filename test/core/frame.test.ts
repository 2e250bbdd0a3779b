import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/effect.ts';
import { taskFrame, taskRequest, type FrameInput } from '../../src/core/frame.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { findTask } from '../../src/core/progress.ts';

const PLAN = `---
status: running
---

# Greet people

Every command greets whoever calls it.

## Words

The texts, in one file.

- [x] Write the greeting

- [ ] Write the farewell

  \`\`\`yaml
  id: farewell
  files: [src/words.ts, test/**]
  \`\`\`

  It says \`bye\`, and the name.

- [ ] Translate both
`;

const { plan } = checkPlan(PLAN, 'greet');
const task = findTask(plan, 'farewell') ?? expect.fail('no task');
const FAILURE: Failure = {
  outcome: 'gate_failed',
  reason: 'Gate "test" failed: It ended with exit code 1.',
  tail: 'expected "bye Ada"\n```\nreceived "bye"\n',
  fingerprint: '',
  gates: [],
};
const INPUT: FrameInput = {
  plan,
  task,
  attempt: 1,
  maxAttempts: 3,
  gates: [
    { name: 'types', run: 'npm run types', timeout: '10m' },
    { name: 'test', run: 'npm test', timeout: '10m', when: ['src/**'] },
  ],
  failure: null,
  keepsWork: false,
  earlier: null,
  surroundings: {
    folder: '/home/ada/greet',
    platform: 'linux',
    branch: 'main',
    commit: '0123456789abcdef0123456789abcdef01234567',
    entries: ['README.md', 'package.json', 'src/'],
    plansFolder: 'plans',
    minutes: 30,
    dirty: ['notes.txt'],
    sandbox: { domains: ['registry.npmjs.org'] },
    instructions: [{ path: 'AGENTS.md', text: 'Use tabs.\n```sh\nnpm test\n```\n' }],
  },
};

describe('the frame of a task', () => {
  it('is what the model reads before its task', async () => {
    await expect(taskFrame(INPUT).join('\n\n---\n\n')).toMatchFileSnapshot('frame.txt');
  });

  it('begins alike for every task of a repository, so that the provider has read it before', () => {
    const other = plan.phases[0]?.tasks[2] ?? expect.fail('no other task');
    const surroundings = { ...INPUT.surroundings, folder: '/elsewhere', commit: 'f'.repeat(40), dirty: [], branch: 'other' };
    const [general, particular] = taskFrame({ ...INPUT, task: other, surroundings, gates: [] });
    expect(general).toBe(taskFrame(INPUT)[0]);
    expect(particular).not.toBe(taskFrame(INPUT)[1]);
    expect(particular).toContain('None are configured.');
    expect(particular).toContain('Change what the task needs, and nothing else.');
  });

  it('is bounded, whatever there is in the repository', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `file-${index}.txt`);
    const long = { path: 'CLAUDE.md', text: 'x'.repeat(1_000_000) };
    const surroundings = { ...INPUT.surroundings, entries: many, dirty: many, instructions: [long] };
    const whole = taskFrame({ ...INPUT, surroundings }).join('');
    expect(whole.length).toBeLessThan(45_000);
    expect(whole).toContain('and 4920 more');
    expect(whole).toContain('4960 more, which git status shows');
  });
});

describe('the request', () => {
  it('is the task alone', () => {
    expect(taskRequest(INPUT)).toBe('# Task: Write the farewell\n\nIt says `bye`, and the name.\n');
  });

  it('says on a retry what failed, and in which state things are', () => {
    expect(taskRequest({ ...INPUT, attempt: 2, failure: FAILURE, keepsWork: true })).toBe(
      '# Task: Write the farewell\n\nIt says `bye`, and the name.\n\n## Attempt 2 of 3\n\nThe attempt before this one failed (gate_failed): ' +
        'Gate "test" failed: It ended with exit code 1. What it changed is still in place: mend it.\n\n' +
        '````text\nexpected "bye Ada"\n```\nreceived "bye"\n````\n',
    );
    expect(taskRequest({ ...INPUT, attempt: 2, failure: FAILURE })).toContain('Its changes were taken back: begin anew.');
  });
});
