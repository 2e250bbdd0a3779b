/** A plan carried out by several machines: each does one task, another joins what they have made. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Agent } from '../../src/adapters/agents/agent.ts';
import type { Elsewhere } from '../../src/engine/elsewhere.ts';
import { NOTHING_SAID } from '../support/metered.ts';
import { gates, rig, task, trailer, type Rig } from '../support/rig.ts';

/** What a machine would have made of a task on the commit where HEAD stands. */
async function made(
  { repository }: Rig,
  files: Readonly<Record<string, string | null>>,
  more: Partial<Elsewhere> = {},
): Promise<Elsewhere> {
  const base = repository.head();
  const commit = await repository.commit('work', files);
  repository.git('reset', '--quiet', '--hard', base);
  return {
    commit,
    attempt: 1,
    outcomes: [],
    agent: 'run',
    model: null,
    session: null,
    durationMs: 5_000,
    usage: null,
    failure: null,
    ...more,
  };
}

const failed = (outcome: 'gate_failed' | 'agent_failed' | 'rate_limited', attempt: number): Elsewhere => ({
  commit: null,
  attempt,
  outcomes: Array.from({ length: attempt - 1 }, () => ({ outcome, gates: [] })),
  agent: 'run',
  model: null,
  session: null,
  durationMs: 5_000,
  usage: { inputTokens: 10, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 },
  failure: { outcome, reason: 'It did not go well.', tail: 'the end', resetsAt: null },
});

const joinAll = (rig: Rig, elsewhere: Readonly<Record<string, Elsewhere>>) =>
  rig.run({ wave: { type: 'join', elsewhere: new Map(Object.entries(elsewhere)) } });

const PARALLEL = `## Together\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${task('a', 'exit 9')}${task('b', 'exit 9')}${task('c', 'exit 9')}## Then\n\n${task('d', 'exit 9')}`;
const AGREE = { name: 'agree', run: 'test ! -f a.txt || test ! -f c.txt' };

test('what is joined lands in order, its gates run on exactly what lands, and the plan goes on', async () => {
  await using it = await rig(PARALLEL, gates({ name: 'ok', run: 'ls *.txt' }));
  const [a, b] = [
    await made(it, { 'a.txt': 'a\n' }, { attempt: 2, outcomes: [{ outcome: 'gate_failed', gates: ['ok'] }] }),
    await made(it, { 'b.txt': 'b\n' }),
  ];
  const summary = await joinAll(it, { a, b });
  expect(summary.end.type).toBe('done');
  expect(it.repository.log()).toEqual(['demo: Do b', 'demo: Do a', 'demo: started', 'init']);
  expect(it.repository.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['b.txt', 'plans/demo.plan.md']);
  const message = it.repository.git('log', '-1', '--format=%B', 'HEAD~1');
  expect(trailer(message, 'Plan-Attempt')).toBe('2/3');
  expect(trailer(message, 'Plan-Outcomes')).toBe('gate_failed=ok');
  expect(trailer(message, 'Plan-Gates')).toBe('ok=passed');
  expect(Number.parseFloat(trailer(message, 'Plan-Duration') ?? '')).toBeGreaterThanOrEqual(5);
  expect(await it.plan()).toMatch(/^status: running$/m);
  expect(it.repository.status()).toEqual([]);
});

test('what does not go together, or fails on the joined tree, is pending again with its try counted, and the others land', async () => {
  await using it = await rig(PARALLEL, { ...gates(AGREE), 'shared.txt': 'old\n' });
  const a = await made(it, { 'a.txt': 'a\n', 'shared.txt': 'by a\n' });
  const b = await made(it, { 'shared.txt': 'by b\n' });
  const c = await made(it, { 'c.txt': 'c\n' });
  await joinAll(it, { a, b, c });
  expect(it.repository.log().slice(0, 3)).toEqual(['demo: to be tried again: Do c', 'demo: to be tried again: Do b', 'demo: Do a']);
  expect(await it.plan()).toMatch(/^status: running$/m);
  expect((await it.plan()).match(/attempts: 1/g)).toHaveLength(2);
  expect(it.repository.status()).toEqual([]);
  const conflict = it.repository.git('log', '-1', '--format=%B', 'HEAD~1');
  expect(conflict).toContain('conflict: What landed meanwhile and this attempt both changed "shared.txt".');
  expect(trailer(conflict, 'Plan-Outcomes')).toBe('conflict');
  const red = it.repository.git('log', '-1', '--format=%B');
  expect(red).toContain('gate_failed: Gate "agree" failed');
  expect(trailer(red, 'Plan-Event')).toBe('failed');
});

test('a task without a try left is failed, and the plan pauses for it once the others have landed', async () => {
  await using it = await rig(PARALLEL);
  const b = await made(it, { 'b.txt': 'b\n' });
  const summary = await joinAll(it, { a: failed('gate_failed', 3), b });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'task_failed', task: 'a' });
  expect(it.repository.log()).toEqual(['demo: paused: task failed', 'demo: Do b', 'demo: failed: Do a', 'demo: started', 'init']);
  const message = it.repository.git('log', '-1', '--format=%B', 'HEAD~2');
  expect(trailer(message, 'Plan-Outcomes')).toBe('gate_failed gate_failed gate_failed');
  expect(trailer(message, 'Plan-Cost-USD')).toBe('0.5');
  expect(await it.plan()).toMatch(/status: failed\n\s*attempts: 3|attempts: 3[\s\S]*status: failed/);
});

test('a rate limit elsewhere pauses the plan and takes nothing from the others', async () => {
  await using it = await rig(PARALLEL);
  const b = await made(it, { 'b.txt': 'b\n' });
  const limited = failed('rate_limited', 1);
  const resetsAt = '2030-01-01T00:00:00Z';
  const summary = await joinAll(it, { a: { ...limited, failure: { outcome: 'rate_limited', reason: 'Later.', tail: '', resetsAt } }, b });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'rate_limited', resetsAt });
  expect(it.repository.log()).toEqual(['demo: paused: rate limited', 'demo: Do b', 'demo: started', 'init']);
});

test('a wave with nothing in it records what the plan waits for', async () => {
  await using it = await rig(`## One\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('a', 'exit 9')}`);
  const summary = await joinAll(it, {});
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'manual_approval_required' });
});

test('a machine does its one task, and does not pause the plan', async () => {
  await using it = await rig(PARALLEL.replace('exit 9', 'echo a > a.txt'));
  const summary = await it.run({ wave: { type: 'work', task: 'a', earlier: null, ceiling: null } });
  expect(summary.end.type).toBe('done');
  expect(it.repository.log()).toEqual(['demo: Do a', 'demo: started', 'init']);
  expect(await it.plan()).toMatch(/^status: running$/m);
});

/** An agent that writes a file and keeps what it was asked. */
function asked(root: () => string): { readonly agent: Agent; readonly prompts: string[] } {
  const prompts: string[] = [];
  const agent: Agent = {
    name: 'codex',
    unavailable: () => Promise.resolve(null),
    start: (job) => {
      prompts.push(job.prompt);
      writeFileSync(join(root(), `${job.taskId}.txt`), 'done\n');
      return { done: Promise.resolve(NOTHING_SAID), abort() {} };
    },
  };
  return { agent, prompts };
}

test('it is told why the last try failed that another machine has made', async () => {
  await using it = await rig('## One\n\n- [ ] Do a\n\n  ```yaml\n  id: a\n  agent: codex\n  attempts: 1\n  ```\n');
  const { agent, prompts } = asked(() => it.repository.root);
  const earlier = { outcome: 'conflict', reason: 'Both changed "list.txt".', tail: '<<<<<<<', fingerprint: '', gates: [] } as const;
  await it.run({ agents: new Map([['codex', agent]]), wave: { type: 'work', task: 'a', earlier, ceiling: null } });
  expect(prompts).toHaveLength(1);
  expect(prompts[0]).toContain('## Attempt 2 of 3');
  expect(prompts[0]).toContain('failed (conflict): Both changed "list.txt". Its changes were taken back: begin anew.');
});

test('a machine without anything left for it does not begin', async () => {
  await using it = await rig('## One\n\n- [ ] Do a\n\n  ```yaml\n  id: a\n  agent: codex\n  ```\n');
  const { agent, prompts } = asked(() => it.repository.root);
  const ceiling = { usd: 0, tokens: 0 };
  const summary = await it.run({ agents: new Map([['codex', agent]]), wave: { type: 'work', task: 'a', earlier: null, ceiling } });
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'budget' });
  expect(prompts).toEqual([]);
});
