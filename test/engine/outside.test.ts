/** An agent in a worktree that writes the plan file of the checkout: told from a person where its own account of its calls names the file. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Agent, AgentJob, AgentResult } from '../../src/adapters/agents/agent.ts';
import { NOTHING_SAID } from '../support/metered.ts';
import { rig, type Rig } from '../support/rig.ts';

const PLAN =
  '## Side by side\n\n```yaml\nexecutionMode: parallel\n```\n\n' +
  ['one', 'two']
    .map((id) => `- [ ] Do ${id}\n\n  \`\`\`yaml\n  id: ${id}\n  dependsOn: ${id === 'two' ? '[one]' : '[]'}\n  \`\`\`\n\n`)
    .join('');
const CONFIG = { 'plans.config.json': JSON.stringify({ agent: 'meter', agents: { meter: { command: ['meter'] } } }) };

/** Does its task, and `more` with the first. */
function agentThat(more: (job: AgentJob) => Partial<AgentResult> | void): Agent {
  return {
    name: 'meter',
    unavailable: () => Promise.resolve(null),
    start: (job) => {
      writeFileSync(join(job.cwd, `${job.taskId}.txt`), 'done\n');
      const result = job.taskId === 'one' && job.attempt === 1 ? more(job) : {};
      return { done: Promise.resolve({ ...NOTHING_SAID, ...result }), abort: () => {} };
    },
  };
}

const said = (job: AgentJob, entry: object) =>
  appendFileSync(job.transcriptFile ?? '', `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
const calls = (job: AgentJob, tool: string, input: object) => said(job, { type: 'call', id: 'x', tool, input: JSON.stringify(input) });
const notes = (it: Rig) => it.of('note').map(({ text }) => text);
const tick = (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('[ ] Do two', '[x] Do two'));

function run(it: Rig, more: (job: AgentJob, file: string) => Partial<AgentResult> | void) {
  const file = it.repository.path('plans/demo.plan.md');
  return it.run({ agents: new Map([['meter', agentThat((job) => more(job, file))]]) });
}

describe('an agent in a worktree that ticks a box in the checkout', () => {
  it.each<[string, Partial<AgentResult>]>([
    ['at work', {}],
    ['and fails', { outcome: 'agent_failed', reason: 'No.' }],
  ])('by a call that names the file: it is put back and reported, %s', async (_, result) => {
    await using it = await rig(PLAN, CONFIG);
    const { end } = await run(it, (job, file) => {
      calls(job, 'Edit', { file_path: file, old_string: '[ ]', new_string: '[x]' });
      tick(file);
      return result;
    });
    expect(end).toEqual({ type: 'completed' });
    expect(notes(it)).toEqual([
      expect.stringContaining('wrote "plans/demo.plan.md" in the checkout, outside its worktree, as its transcript says'),
      expect.stringMatching(/changed by an attempt from its worktree\. Put back: status of "two"/),
    ]);
    expect(it.repository.git('show', 'HEAD:two.txt')).toBe('done\n');
  });

  it('by other means: it is taken as a person’s, and said', async () => {
    await using it = await rig(PLAN, CONFIG);
    const { end } = await run(it, (_job, file) => tick(file));
    expect(end).toEqual({ type: 'completed' });
    expect(notes(it)).toEqual([
      expect.stringMatching(/changed while tasks were at work in worktrees: status of "two"\. It is taken as yours/),
    ]);
  });

  it.each<[string, (job: AgentJob, file: string) => void]>([
    [
      'was refused',
      (job, file) => {
        calls(job, 'Write', { file_path: file });
        said(job, { type: 'result', id: 'x', failed: true, text: 'outside' });
      },
    ],
    ['reads it', (job, file) => calls(job, 'Read', { file_path: file })],
    ['is about its own copy', (job) => calls(job, 'Edit', { file_path: join(job.cwd, 'plans/demo.plan.md') })],
  ])('is not one whose call %s', async (_, account) => {
    await using it = await rig(PLAN, CONFIG);
    await run(it, (job, file) => {
      account(job, file);
      tick(file);
    });
    expect(notes(it)).toEqual([expect.stringContaining('It is taken as yours')]);
  });
});

it('another plan that it writes there is left as it is, and named', async () => {
  await using it = await rig(PLAN, { ...CONFIG, 'plans/other.plan.md': '# Other\n\n- [ ] a\n' });
  const other = it.repository.path('plans/other.plan.md');
  await run(it, (job) => {
    calls(job, 'Write', { file_path: other });
    writeFileSync(other, '# Other\n\n- [x] a\n');
  });
  expect(notes(it)).toEqual([expect.stringMatching(/wrote "plans\/other\.plan\.md" in the checkout.* It is left as it is: look at it/)]);
  expect(it.repository.status()).toEqual([' M plans/other.plan.md']);
});
