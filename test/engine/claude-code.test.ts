import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installClaude, recorded } from '../support/claude-code.ts';
import { rig, trailer } from '../support/rig.ts';

let folder: string;
let env: Record<string, string | undefined>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plans-claude-'));
  env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}`, ANTHROPIC_API_KEY: 'sk-ant-test-0123456789abcdefghij' };
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = {
  'plans.config.json': JSON.stringify({ agent: 'claude-code', qa: { gates: [{ name: 'good', run: 'test -e good.txt' }] } }),
};

it('a run by claude-code: a gate that fails, another attempt, what both have cost in the commit', async () => {
  await using at = await rig('- [ ] One\n- [ ] Two\n', config);
  const asked = installClaude(
    folder,
    { lines: recorded('success'), writes: { 'bad.txt': 'x' } },
    { lines: recorded('success'), writes: { 'good.txt': 'x' } },
    { lines: recorded('older'), writes: { 'two.txt': 'x' } },
  );
  const summary = await at.run({ env });
  expect(summary).toMatchObject({ end: { type: 'completed' }, completedTasks: 2, attempts: 3 });
  expect(summary.costUsd).toBeCloseTo(0.02025 * 2 + 0.0135, 9);
  const [two = '', one = ''] = [0, 1].map((skip) => at.repository.git('log', '-1', `--skip=${skip}`, '--format=%B'));
  const trailers = ['Plan-Agent', 'Plan-Model', 'Plan-Outcomes', 'Plan-Session', 'Plan-Tokens', 'Plan-Cost-USD'];
  expect(trailers.map((key) => trailer(one, key))).toEqual([
    'claude-code',
    'claude-sonnet-5-5',
    'gate_failed=good',
    '11111111-2222-4333-8444-555555555555',
    '30900',
    '0.0405',
  ]);
  expect([trailer(two, 'Plan-Attempt'), trailer(two, 'Plan-Cost-USD')]).toEqual(['1/3', '0.0135']);
  const [first, second, third] = asked();
  expect([first?.prompt, third?.prompt]).toEqual([expect.stringContaining('One'), expect.stringContaining('Two')]);
  expect(second?.prompt).toContain('Gate "good" failed');
  expect(first?.args.join(' ')).toContain('--allowedTools Bash(test -e good.txt) --setting-sources project');
  expect(first?.args.join(' ')).toMatch(/--max-budget-usd 10$/);
  // What the first has cost is not there for the second.
  expect(second?.args.join(' ')).toMatch(/--max-budget-usd 10$/);
});

it('a limit that is reached pauses the plan until it resets', async () => {
  await using at = await rig('- [ ] One\n', config);
  installClaude(folder, { lines: recorded('limit'), exitCode: 1 });
  const { end } = await at.run({ env, now: () => new Date('2027-01-14T00:00:00Z') });
  expect(end).toMatchObject({ type: 'paused', reason: 'rate_limited', resetsAt: '2027-01-15T08:00:00.000Z' });
});

it('a login that is missing stops at once, and a stop by its own budget pauses', async () => {
  await using login = await rig('- [ ] One\n', config);
  installClaude(folder, { lines: recorded('login'), exitCode: 1 });
  expect(await login.run({ env })).toMatchObject({
    attempts: 1,
    end: { type: 'paused', detail: expect.stringContaining('Not logged in') },
  });
  await using poor = await rig('- [ ] One\n', config);
  installClaude(folder, { lines: recorded('budget'), exitCode: 1 });
  expect(await poor.run({ env })).toMatchObject({ attempts: 1, end: { type: 'paused', reason: 'budget' } });
  expect(trailer(poor.repository.git('log', '-1', '--format=%B'), 'Plan-Cost-USD')).toBe('0.0135');
});
