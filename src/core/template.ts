/** The text of a plan that a person is to fill in. */

/** A new draft for a person to fill in. */
export function templatePlan(title: string): string {
  return `---
status: draft
createdBy: user
---

# ${title}

What this plan is for, and what holds when it is done.

## First steps

- [ ] Say what is to be done first

  Which files, what they shall do, and how to tell that it is done.

- [ ] Say what comes next
`;
}
