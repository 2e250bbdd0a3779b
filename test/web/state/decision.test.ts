import { describe, expect, it } from 'vitest';
import type { Plan, Task } from '../../../src/web/api/shapes.ts';
import { decisionFor } from '../../../src/web/state/decision.ts';

const task = (id: string, more: Partial<Task> = {}): Task => ({ id, status: 'pending', assignee: null, ...more }) as Task;
const plan = (more: Partial<Plan>): Plan => ({ valid: true, status: 'paused', pauseReason: null, currentTaskId: null, ...more }) as Plan;

describe('what a plan wants of a person', () => {
  it.each([
    ['nothing while it runs', { status: 'running' }, [task('a')], null],
    ['nothing while it has errors', { valid: false }, [task('a')], null],
    ['nothing yet where it will pause', {}, [task('a', { status: 'running' }), task('b')], null],
    ['a look after a phase', { pauseReason: 'phase_complete' }, [task('a', { status: 'completed' }), task('b')], 'pause'],
    ['an approval', { pauseReason: 'manual_approval_required', currentTaskId: 'b' }, [task('a'), task('b')], 'manual'],
    ['what a person does', { pauseReason: 'human_task' }, [task('a', { assignee: 'human' })], 'human'],
    ['a way out of a failure', { pauseReason: 'task_failed' }, [task('a', { status: 'failed' }), task('b')], 'failure'],
    ['nothing more', { status: 'completed' }, [], 'completed'],
    ['its word, once it was given up', { status: 'failed' }, [task('a')], 'cancelled'],
  ] as const)('is %s', (_what, says, tasks, type) => {
    expect(decisionFor({ plan: plan(says), tasks: [...tasks] })?.type ?? null).toBe(type);
  });

  it('names the task that it is about, and what comes next', () => {
    const manual = plan({ pauseReason: 'manual_approval_required', currentTaskId: 'b' });
    expect(decisionFor({ plan: manual, tasks: [task('a'), task('b')] })).toMatchObject({ task: { id: 'b' } });
    const paused = decisionFor({ plan: plan({}), tasks: ['a', 'b', 'c', 'd'].map((id) => task(id)) });
    expect(paused).toMatchObject({ next: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
  });
});
