import { describe, expect, it } from 'vitest';
import type { PlannerEvent } from '../../../src/core/event.ts';
import { NO_JOB, takePlanner } from '../../../src/web/state/job.ts';

const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 };
const after = (...events: PlannerEvent[]) => events.reduce(takePlanner, NO_JOB);

describe('a conversation made from its events', () => {
  it('puts together what is streamed in pieces, and what is read in a row', () => {
    expect(
      after(
        { type: 'planner-started', activity: 'generation', title: 'T', model: 'm' },
        { type: 'repository-read', tool: 'read', detail: 'a.ts' },
        { type: 'repository-read', tool: 'read', detail: 'b.ts' },
        { type: 'planner-output', stream: 'thinking', text: 'Hm' },
        { type: 'planner-output', stream: 'thinking', text: 'm.' },
        { type: 'planner-output', stream: 'text', text: '{' },
      ).steps,
    ).toEqual([
      { type: 'said', words: 'Asks m.' },
      { type: 'read', files: ['a.ts', 'b.ts'] },
      { type: 'thinking', text: 'Hmm.' },
      { type: 'text', text: '{' },
    ]);
  });

  it('adds up what it costs, and does not know it once a part is unknown', () => {
    const asked: PlannerEvent = { type: 'planner-usage', usage };
    expect(after(asked, asked)).toMatchObject({ costUsd: 1, tokens: 30 });
    expect(after(asked, { type: 'planner-usage', usage: { ...usage, costUsd: null } }, asked).costUsd).toBeNull();
  });
});
