import { afterEach, beforeEach, expect, it } from 'vitest';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('plans/greet.plan.md', PLAN);
  here.commit();
});
afterEach(() => here.remove());

it('names what is ready and what is not committed', async () => {
  here.write('plans/second.plan.md', PLAN);
  const { out } = await here.plans(['status']);
  expect(out).toMatch(/Ready\n {2}greet {2}0\/3 {2}plans run greet\n {2}second/);
  expect(out).toContain('plans/second.plan.md  untracked');
  expect(out).not.toContain('spent');
});

it('says what agents have cost today, and each plan', async () => {
  const said = 'Plan: greet\nPlan-Event: paused\nPlan-Reason: requested\nPlan-Task: read\nPlan-Tokens: 5000\nPlan-Cost-USD: 1.2';
  here.write('plans/greet.plan.md', PLAN.replace('status: ready', 'status: paused'));
  here.commit(`greet: paused\n\n${said}`);
  const { out } = await here.plans(['status']);
  expect(out).toMatch(/^on main @ [0-9a-f]{7}\nspent today \(UTC\): \$1\.20, of \$300\.00\n/);
  expect(out).toContain('0/3, $1.20 spent\n');
  expect(JSON.parse((await here.plans(['status', '--json'])).out)).toMatchObject({
    plans: [{ id: 'greet', spent: { tokens: 5000, costUsd: 1.2 }, resetsAt: null }],
    spentToday: { tokens: 5000, costUsd: 1.2 },
  });
});
