/** The text of a plan that a person is to fill in. */
import type { Plan, Task } from './plan.ts';

const FIRST_TASK = 'Say what is to be done first';
const NEXT_TASK = 'Say what comes next';

/** A new draft for a person to fill in. */
export function templatePlan(title: string): string {
  return `---
status: draft
createdBy: user
---

# ${title}

What this plan is for, and what holds when it is done.

## First steps

- [ ] ${FIRST_TASK}

  Which files, what they shall do, and how to tell that it is done.

- [ ] ${NEXT_TASK}
`;
}

/** The first open task that still says what {@link templatePlan} wrote; an agent could only guess what is meant. */
export function unfilledTask(plan: Plan): Task | undefined {
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  return tasks.find(({ title, status }) => status === 'pending' && (title === FIRST_TASK || title === NEXT_TASK));
}
