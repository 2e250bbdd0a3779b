import { expect, it } from 'vitest';
import * as fc from 'fast-check';
import { checkPlan } from '../../src/core/lint.ts';
import { forecast } from '../../src/core/forecast.ts';
import type { Plan } from '../../src/core/plan.ts';
import { readiness, waitsForPerson } from '../../src/core/schedule.ts';
import { runs } from '../support/runs.ts';

const ALL = { scope: null, approved: new Set<string>() };

it('names the tasks in order, and where a person is waited for', () => {
  const { plan, valid } = checkPlan(
    [
      '---',
      'status: ready',
      '---',
      '# P',
      '## One',
      '```yaml',
      'pauseAfter: true',
      '```',
      '- [x] a',
      '- [ ] b',
      '## Two',
      '```yaml',
      'executionMode: manual',
      '```',
      '- [ ] c',
      '- [ ] d',
      '',
      '  ```yaml',
      '  assignee: human',
      '  ```',
      '',
    ].join('\n'),
    'p',
  );
  expect(valid).toBe(true);
  const said = forecast(plan, ALL).map((step) =>
    step.type === 'phase' ? step.phase.title : step.type === 'task' ? `${step.number} ${step.task.id}` : step.reason,
  );
  expect(said).toEqual(['One', '1 b', 'phase_complete', 'Two', 'manual_approval_required', '2 c', 'human_task']);
  expect(forecast(plan, { scope: new Set(['c']), approved: new Set(['c']) }).map((step) => step.type)).toEqual(['phase', 'task']);
});

it('is the order in which readiness releases the tasks, one after another', () => {
  const row = fc.record({ status: fc.constantFrom('pending', 'pending', 'completed'), dependsOn: fc.array(fc.nat(), { maxLength: 3 }) });
  const phase = fc.record({
    mode: fc.constantFrom('sequential', 'parallel'),
    down: fc.boolean(),
    tasks: fc.array(row, { minLength: 1, maxLength: 7 }),
  });
  fc.assert(
    fc.property(fc.array(phase, { minLength: 1, maxLength: 3 }), (phases) => {
      const phasesOf = phases.map((each, p) => ({
        id: `p${p}`,
        title: `P${p}`,
        pauseAfter: false,
        executionMode: each.mode,
        tasks: each.tasks.map(({ status, dependsOn }, t) => {
          const ids = each.tasks.map((_, index) => `t${p}-${index}`);
          const allowed = each.down ? ids.slice(t + 1) : ids.slice(0, t);
          return {
            id: `t${p}-${t}`,
            status,
            assignee: undefined,
            canRunInParallel: undefined,
            dependsOn: allowed.length === 0 ? [] : dependsOn.map((n) => allowed[n % allowed.length]),
          };
        }),
      }));
      let plan = { status: 'ready', phases: phasesOf } as unknown as Plan;
      const told = forecast(plan, ALL).flatMap((step) => (step.type === 'task' ? [step.task.id] : []));
      const done: string[] = [];
      for (;;) {
        const answers = readiness(plan);
        const first = answers.find((answer) => answer.ready);
        if (first === undefined) break;
        done.push(first.task.id);
        plan = {
          ...plan,
          phases: plan.phases.map((each) => ({
            ...each,
            tasks: each.tasks.map((task) => (task.id === first.task.id ? { ...task, status: 'completed' as const } : task)),
          })),
        };
      }
      expect(waitsForPerson(readiness(plan))).toBeUndefined();
      expect(told).toEqual(done);
    }),
    runs(100),
  );
});
