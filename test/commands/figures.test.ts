import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/commands/terminal/text.ts';
import type { Evidence, TaskEvidence } from '../../src/core/evidence.ts';
import { formatTrailers } from '../../src/core/trailer.ts';
import { world } from './world.ts';

const PLAN = `---
status: ready
---

# Add authentication

## Build

- [ ] Login
- [ ] Logout
- [ ] Migrate

  \`\`\`yaml
  run: npm run migrate
  \`\`\`

- [ ] Look at it

  \`\`\`yaml
  assignee: human
  \`\`\`
`;

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  for (const id of ['auth', 'billing']) here.write(`plans/${id}.plan.md`, PLAN);
  here.commit('init');
});
afterEach(() => here.remove());

/** Commits to a plan's file as a run would, at a minute of the first of November. */
function said(minute: number, evidence: Evidence): void {
  appendFileSync(join(here.root, `plans/${evidence.plan}.plan.md`), '\n');
  const at = `2026-11-01T10:${String(minute).padStart(2, '0')}:00Z`;
  Object.assign(process.env, { GIT_COMMITTER_DATE: at, GIT_AUTHOR_DATE: at });
  here.commit(`x\n\n${formatTrailers(evidence)}`);
  delete process.env['GIT_COMMITTER_DATE'];
  delete process.env['GIT_AUTHOR_DATE'];
}

function done(plan: string, task: string, change: Partial<TaskEvidence> = {}): TaskEvidence {
  return {
    plan,
    phase: 'build',
    task,
    attempt: 1,
    maxAttempts: 3,
    agent: 'claude',
    model: 'claude-sonnet-5-5',
    session: null,
    durationMs: 65_000,
    tokens: 120_000,
    costUsd: 0.1,
    gates: [{ name: 'test', status: 'passed' as const }],
    ...change,
  };
}

function history(): void {
  said(1, { plan: 'auth', iteration: 'generation', changedBy: 'claude', prompt: 'x', tokens: 40_000, costUsd: 0.2 });
  const outcomes = [{ outcome: 'gate_failed', gates: ['test'] }];
  said(2, {
    plan: 'auth',
    event: 'paused',
    reason: 'task_failed',
    task: 'login',
    outcomes,
    durationMs: 5_000,
    tokens: 10,
    costUsd: 0.1,
    agent: 'claude',
  });
  said(3, done('auth', 'login', { attempt: 2 }));
  said(4, done('auth', 'logout', { outcomes }));
  said(5, done('auth', 'signup'));
  said(6, done('billing', 'prices', { agent: 'codex', tokens: null, costUsd: null }));
}

describe('stats', () => {
  it('of a repository without tasks', async () => {
    expect(await here.plans(['stats'])).toMatchObject({ code: 0, out: '', err: 'No task has been committed yet.\n' });
    expect(await here.plans(['stats', 'nothing'])).toMatchObject({ code: 2, err: expect.stringContaining('There is no plan "nothing"') });
    expect(await here.plans(['stats', 'auth'])).toMatchObject({ code: 0, out: '' });
  });

  it('read in 80 columns, the dearest first', async () => {
    history();
    const { out } = await here.plans(['stats']);
    expect(out).toBe(`All plans  2026-11-01
4 tasks in 6 attempts · 33% failed · 75% at the first try
4m 25s of work · 400,010 tokens · ≥$0.60

by plan       tasks  attempts  failed    time   tokens     cost
auth              3         5     40%  3m 20s     400k    $0.60
billing           1         1      0%  1m 05s  unknown  unknown
≥ more than that: 1 commit did not say what the agents had cost.

Slowest tasks
  auth/login      2 attempts  1m 10s    $0.20
  auth/logout     2 attempts  1m 05s    $0.10
  auth/signup      1 attempt  1m 05s    $0.10
  billing/prices   1 attempt  1m 05s  unknown

Gates that failed
  test          2 of 6 failed  33%

How attempts ended that did not land
  gate_failed 2
`);
  });

  it.each([
    ['plan', ['auth', 'billing']],
    ['phase', ['auth/build', 'auth/(generation)', 'billing/build']],
    ['task', ['auth/login', 'auth/(generation)', 'auth/logout', 'auth/signup', 'billing/prices']],
    ['agent', ['claude', 'codex']],
    ['model', ['claude-sonnet-5-5', 'not said']],
  ])('by %s, for people and for programs', async (by, names) => {
    history();
    const { out } = await here.plans(['stats', '--by', by]);
    const rows =
      out
        .split('\n\n')[1]
        ?.split('\n')
        .slice(1, 1 + names.length) ?? [];
    expect(rows.map((row) => row.split('  ')[0])).toEqual(names);
    for (const line of out.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    const json = JSON.parse((await here.plans(['stats', '--by', by, '--json'])).out);
    expect(json).toMatchObject({
      version: 1,
      plan: null,
      by,
      totals: { tasks: 4, attempts: 6, failed: 2, costUsd: null, knownCostUsd: 0.6 },
    });
    expect(json.groups).toHaveLength(names.length);
  });

  it('says the same in a fresh clone, and of one plan alone', async () => {
    history();
    const before = await here.plans(['stats', 'auth', '--by', 'task']);
    expect(before.out).toContain('\nlogin');
    const clone = mkdtempSync(join(tmpdir(), 'plans-clone-'));
    here.git('clone', '-q', here.root, clone);
    expect(await here.plans(['stats', 'auth', '--by', 'task', '-C', clone])).toEqual(before);
    rmSync(clone, { recursive: true });
  });

  it('since a day or an age', async () => {
    history();
    const tasks = async (since: string) => JSON.parse((await here.plans(['stats', '--json', '--since', since])).out).totals.tasks;
    expect([await tasks('2026-11-01T10:05:00Z'), await tasks('2026-11-01'), await tasks('2099-01-01')]).toEqual([2, 4, 0]);
    expect(await here.plans(['stats', '--since', '2099-01-01'])).toMatchObject({
      out: '',
      err: 'Nothing was committed since 2099-01-01.\n',
    });
    for (const wrong of ['yesterday', '2026-13-01', '3 days', '-1d']) {
      expect(await here.plans(['stats', '--since', wrong])).toMatchObject({ code: 2, err: expect.stringContaining('2026-11-01') });
    }
    expect(await tasks('99999d')).toBe(4);
  });
});

it('show says what a plan has cost', async () => {
  history();
  expect((await here.plans(['show', 'auth'])).out).toMatch(/^plans\/auth\.plan\.md +\$0\.60 spent$/m);
  expect(JSON.parse((await here.plans(['show', 'auth', '--json'])).out).spent).toEqual({
    tokens: 400_010,
    costUsd: expect.closeTo(0.6, 9),
  });
  expect((await here.plans(['show', 'billing'])).out).not.toContain('spent');
});

describe('estimate', () => {
  it('by a rule of thumb, where there is no history', async () => {
    const { code, out } = await here.plans(['estimate', 'auth']);
    expect(code).toBe(0);
    expect(out).toContain('Add authentication  3 tasks left · 1 task for a person, not counted\n');
    expect(out).toMatch(/^ {2}cost {4}\$\d\.\d\d +between \$\d\.\d\d and \$\d\.\d\d$/m);
    expect(out).toContain('2 tasks by claude with claude-sonnet-5-5: by a rule of thumb.\n');
    expect(out).toContain('1 task by a command: time unknown.\n');
    for (const line of out.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  it('from the past, with what was spent and what may be', async () => {
    history();
    const { out } = await here.plans(['estimate', 'auth']);
    expect(out).toMatch(/^ {2}cost {4}\$0\.27 /m);
    expect(out).toContain('from 3 past tasks here.');
    expect(out).toContain("Spent so far: $0.60 of the plan's $200.00.");
    here.write('plans/auth.plan.md', here.read('plans/auth.plan.md').replace('status: ready', 'status: ready\nmaxBudgetUsd: 0.7'));
    expect((await here.plans(['estimate', 'auth'])).out.replaceAll('\n', ' ')).toContain("This may not fit into the plan's $0.70");
    const json = JSON.parse((await here.plans(['estimate', 'auth', '--json'])).out);
    expect(json).toMatchObject({
      version: 1,
      plan: 'auth',
      tasks: 3,
      human: 1,
      unknown: { time: 1, tokens: 0, cost: 0 },
      spent: { costUsd: 0.6 },
      basis: [{ agent: 'claude', cost: { type: 'history', samples: 3 } }, { agent: 'run' }],
    });
    expect(json.cost.expected).toBeCloseTo(0.266667, 6);
  });

  it('says what it cannot know, and of what there is none', async () => {
    here.write('plans.config.yaml', 'agent: codex\n');
    expect((await here.plans(['estimate', 'auth'])).out).toMatch(
      /cost {4}unknown\n[^]*No price is known for codex, whose model is not named\./,
    );
    here.write('plans/auth.plan.md', PLAN.replaceAll('[ ]', '[x]'));
    expect(await here.plans(['estimate', 'auth'])).toMatchObject({ code: 0, out: '', err: 'Nothing is left to do.\n' });
    here.write('plans/auth.plan.md', '# Bad\n\n- [ ] A\n\n  ```yaml\n  dependsOn: [zzz]\n  ```\n');
    expect(await here.plans(['estimate', 'auth'])).toMatchObject({ code: 1, err: expect.stringContaining('plans lint auth') });
    expect((await here.plans(['estimate', 'nothing'])).code).toBe(2);
  });
});
