import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchLines } from '../../src/commands/terminal/watch.ts';
import { paint } from '../../src/commands/terminal/line.ts';
import type { PlanChange, PublishedWatchEvent, WatchEvent } from '../../src/core/watch-event.ts';
import { PLAN, world } from './world.ts';

describe('plans watch', () => {
  let here: ReturnType<typeof world>;
  beforeEach(() => {
    here = world();
    here.write('plans/greet.plan.md', PLAN);
    here.commit();
  });
  afterEach(() => here.remove());

  test('prints what changes, and ends at once with a signal', async () => {
    const seen: string[] = [];
    const { code, out } = await here.plans(['watch'], {
      heard: (text) => {
        seen.push(text);
        if (seen.length === 1) here.write('plans/greet.plan.md', PLAN.replace('[ ] Write the greeting', '[x] Write the greeting'));
        else here.interrupt();
      },
    });
    expect(code).toBe(0);
    expect(out.replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')).toBe(`TIME  Watching 1 plan in plans/  Ctrl-C ends
TIME  ~ greet edited  ready  Greet
    ~ Write the greeting  greeting  status
`);
  });

  test('--json prints one event a line; --poll looks by itself', async () => {
    const events: PublishedWatchEvent[] = [];
    const { code } = await here.plans(['watch', '--json', '--poll'], {
      heard: (text) => {
        events.push(JSON.parse(text));
        if (events.length === 1) here.write('plans/other.plan.md', PLAN);
        else here.interrupt();
      },
    });
    expect(code).toBe(0);
    expect(events.map(({ schema, seq, event }) => [schema, seq, event.type])).toEqual([
      [1, 1, 'watch-started'],
      [1, 2, 'plans-changed'],
    ]);
    expect(events[1]?.event).toMatchObject({ plans: [{ plan: 'other', kind: 'added' }] });
  });
});

const change = (plan: string, more: Partial<PlanChange> = {}): PlanChange => ({
  plan,
  kind: 'edited',
  title: `Title of ${plan}`,
  status: 'ready',
  valid: true,
  error: null,
  changes: null,
  ...more,
});
const at = { branch: 'main', commit: '0123456789abcdef' };

test.each<[string, WatchEvent, string]>([
  [
    'polling from the beginning',
    { type: 'watch-started', folder: 'plans/', plans: 2, ...at, by: 'polling', reason: 'you asked for it' },
    'TIME  Watching 2 plans in plans/  Ctrl-C ends\nTIME  Looking again and again, as you asked for it.',
  ],
  ['polling chosen', { type: 'polling-chosen', reason: 'so it is', everyMs: 500 }, 'TIME  Looking every 0.5s from now on, as so it is.'],
  ['a note', { type: 'note', text: 'Git is at work.' }, 'TIME  Git is at work.'],
  [
    'a branch switch',
    { type: 'plans-changed', cause: 'git', ...at, plans: Array.from({ length: 200 }, (_, index) => change(`p${index}`)) },
    `TIME  main is at 0123456789  200 plans: 200 edited
${Array.from({ length: 7 }, (_, index) => `TIME  ~ p${index} edited  ready  Title of p${index}`).join('\n')}
TIME    and 193 more plans`,
  ],
  [
    'an error, and a plan that is gone',
    {
      type: 'plans-changed',
      cause: 'files',
      ...at,
      plans: [
        change('a', { valid: false, error: { line: 3, message: 'no heading' } }),
        change('b', { kind: 'removed', title: null, status: null, valid: false }),
      ],
    },
    'TIME  ~ a edited  ✘ line 3: no heading  Title of a\nTIME  − b removed',
  ],
])('as text: %s', (_name, event, text) => {
  const lines = watchLines({ schema: 1, seq: 1, at: '2026-01-01T12:00:00.000Z', event }, 100);
  expect(lines.map((line) => paint(line, false).replace(/^\d\d:\d\d:\d\d/, 'TIME')).join('\n')).toBe(text);
});
