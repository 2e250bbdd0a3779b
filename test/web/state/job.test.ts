import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannerEvent } from '../../../src/core/event.ts';
import { followJob, NOT_HEARD } from '../../../src/web/state/job.ts';
import { runs } from '../../support/runs.ts';

const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 };
const numbered = (events: readonly PlannerEvent[]) => events.map((event, index) => ({ seq: index + 1, event }));
const after = (...events: PlannerEvent[]) => numbered(events).reduce((job, heard) => followJob(job, { heard }), NOT_HEARD).view;

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

  it('is the same whenever what was said before is answered, and whatever is heard twice', () => {
    const events: PlannerEvent[] = [
      { type: 'planner-started', activity: 'review', title: 'T', model: 'm' },
      { type: 'planner-output', stream: 'text', text: 'one ' },
      { type: 'planner-output', stream: 'text', text: 'two ' },
      { type: 'planner-usage', usage },
      { type: 'repository-read', tool: 'read', detail: 'a.ts' },
      { type: 'planner-output', stream: 'text', text: 'three' },
    ];
    const all = numbered(events);
    const place = fc.nat({ max: all.length });
    fc.assert(
      fc.property(place, place, place, (opened, asked, answered) => {
        // Opened late, it hears only what comes then; the answer is of some moment after that, and comes later still.
        const until = Math.max(opened, asked);
        const at = Math.max(until, answered);
        let job = NOT_HEARD;
        for (const heard of all.slice(opened, at)) job = followJob(job, { heard });
        job = followJob(job, { said: { events: all.slice(0, until), seq: until } });
        for (const heard of all.slice(Math.max(0, at - 1))) job = followJob(job, { heard });
        expect(job).toEqual({ view: after(...events), seq: all.length, later: [] });
      }),
      runs(100),
    );
  });

  it('knows that something is missing, and waits for it', () => {
    const [first, second, third] = numbered([
      { type: 'note', task: null, text: '1' },
      { type: 'note', task: null, text: '2' },
      { type: 'note', task: null, text: '3' },
    ]);
    const behind = [first, third].reduce((job, heard) => followJob(job, heard === undefined ? {} : { heard }), NOT_HEARD);
    expect(behind).toMatchObject({ seq: 1, later: [{ seq: 3 }] });
    const whole = followJob(behind, { said: { events: [first, second].flatMap((one) => one ?? []), seq: 2 } });
    expect(whole).toMatchObject({ seq: 3, later: [] });
    expect(whole.view.steps).toHaveLength(3);
  });
});
