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
  expect(out).toMatch(/Ready\n {2}greet {3}0\/3 {2}plans run greet\n {2}second {2}0\/3/);
  expect(out).toContain('plans/second.plan.md  untracked');
  expect(out).not.toContain('spent');
});

it('says what agents have cost today, and each plan', async () => {
  const said = 'Plan: greet\nPlan-Event: paused\nPlan-Reason: requested\nPlan-Task: read\nPlan-Tokens: 5000\nPlan-Cost-USD: 1.2';
  here.write('plans/greet.plan.md', PLAN.replace('status: ready', 'status: paused'));
  here.commit(`greet: paused\n\n${said}`);
  const { out } = await here.plans(['status']);
  expect(out).toMatch(/^on main @ [0-9a-f]{7}\nspent today \(UTC\): \$1\.20, of \$300\.00\n/);
  expect(out).toContain('0/3, $1.20 spent  paused: requested\n');
  expect(JSON.parse((await here.plans(['status', '--json'])).out)).toMatchObject({
    plans: [{ id: 'greet', spent: { tokens: 5000, costUsd: 1.2 }, resetsAt: null }],
    spentToday: { tokens: 5000, costUsd: 1.2 },
  });
});

it('says of what waits why, and the command that goes on, whole however long it is', async () => {
  const name = 'a-plan-whose-name-is-longer-than-half-a-line';
  const task = 'a-task-whose-id-is-long-too-as-titles-are';
  here.write(
    `plans/${name}.plan.md`,
    PLAN.replace('echo hello > hello.txt', 'echo no; exit 7').replace('id: greeting', `id: ${task}\n  maxAttempts: 1`),
  );
  here.write('plans/given-up.plan.md', PLAN.replace('status: ready', 'status: failed'));
  here.write('plans/asked.plan.md', PLAN.replace('status: ready', 'status: paused'));
  here.commit();
  await here.plans(['run', name]);
  const { out } = await here.plans(['status']);
  expect(out).toContain('paused: task failed');
  expect(out).toContain(`\n    agent_failed: The command ended with exit code 7.\n    plans logs ${name} ${task}\n`);
  expect(out).toMatch(/\n {2}given-up +0\/3 {2}failed\n {4}plans resume given-up\n/);
  expect(out).toMatch(/\n {2}asked +0\/3 {2}paused: requested\n {4}plans resume asked\n/);
  const shown = await here.plans(['show', name]);
  expect(shown.out).toMatch(/✘ Write the greeting .*1 attempt\n/);
  expect(shown.out).toContain(`\nTry again  plans retry ${name} ${task}\n`);
  expect((await here.plans(['show', 'given-up'])).out).toMatch(/\nContinue +plans resume given-up\n$/);
});

const failed = (error: string) =>
  PLAN.replace('status: ready', 'status: paused').replace('id: greeting', `id: greeting\n  status: failed\n  error: ${error}`);

it('shows the last error of a task in full, where it is no log', async () => {
  const remedy = 'It says what went wrong, at some length, and then, where a line of the terminal has long ended, what can be done.';
  here.write('plans/greet.plan.md', failed(remedy));
  expect((await here.plans(['show', 'greet'])).out.replaceAll(/\n +/g, ' ')).toContain(remedy);
  here.write('plans/greet.plan.md', failed('word '.repeat(200)));
  expect((await here.plans(['show', 'greet'])).out).toMatch(/(?:\n {6}word.*){4}…\n\s+○/);
});
