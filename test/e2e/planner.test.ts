/** From a wish to commits by the command line: the real SDK against a scripted server, real git, real gates. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PLAN_EVENTS, type Evidence } from '../../src/core/evidence.ts';
import { readTrailers } from '../../src/core/trailer.ts';
import { world } from '../commands/world.ts';
import { suggests, type Given } from '../engine/planner/reviewing.ts';
import { answers, says, toolUse, reply, uses, type Reply } from '../support/messages-reply.ts';
import { scriptedMessages, type MessagesRequest } from '../support/messages-server.ts';

const FILE = 'plans/greet-people.plan.md';
const REVIEW = 'plans/greet-people.review.md';
const GATE = '! grep -rn TODO *.txt';

function task(id: string, title: string, description: string) {
  const made = { acceptanceCriteria: ['It is there.'], files: ['*.txt'], dependsOn: [], assignee: 'agent' as const };
  return { id, title, description, ...made };
}

const DRAFT = answers({
  description: 'People are greeted.',
  phases: [
    {
      title: 'Write',
      description: '',
      executionMode: 'sequential',
      pauseAfter: false,
      tasks: [task('hello', 'Write the greeting', 'Write `hello.txt`.'), task('bye', 'Write the farewell', 'Say goodbye somehow.')],
    },
  ],
});
const REWORD: Given = {
  type: 'modify_task',
  reasoning: 'No file is named.',
  task: 'bye',
  title: null,
  description: 'Write `bye.txt`.',
  files: null,
};
const SPLIT: Given = {
  type: 'break_down_task',
  reasoning: 'Two words.',
  task: 'hello',
  parts: [task('hel', 'Write hel', 'Write `hel.txt`.'), task('lo', 'Write lo', 'Write `lo.txt`.')],
};

/** Claude: plans, reviews, and does the tasks; the second has a flaw that a gate finds. */
function claude({ body }: MessagesRequest): Reply {
  const { system, messages = [] } = body;
  const said = JSON.stringify(system);
  const first = JSON.stringify(messages[0]?.content ?? '');
  const isNew = messages.length === 1;
  if (said.includes('You write the plan')) return isNew ? uses('tree', {}) : DRAFT;
  if (said.includes('You review the plan')) return suggests(REWORD, SPLIT);
  if (!isNew) return says('Done.');
  if (first.startsWith('"# Task: Write the greeting')) return uses('write', { file_path: 'hello.txt', content: 'hello\n' });
  return first.includes('Attempt 2')
    ? reply([toolUse('edit', { file_path: 'bye.txt', old_string: 'TODO', new_string: 'bye' })])
    : uses('write', { file_path: 'bye.txt', content: 'TODO\n' });
}

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

/** What the commits say, oldest first. */
function evidence(): (Evidence | null)[] {
  return here
    .git('log', '--reverse', '--format=%(trailers:only=true,unfold=true)%x00')
    .split('\0')
    .slice(0, -1)
    .map((block) =>
      readTrailers(
        block
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
      ),
    );
}

it('generate, review, apply, dismiss, ready, run: each a commit, with what it cost', async () => {
  await using server = await scriptedMessages(claude);
  here.write('README.md', '# Words\n');
  here.write('plans.config.json', JSON.stringify({ qa: { gates: [{ name: 'finished', run: GATE }] } }));
  here.commit('init');
  const plans = async (...words: string[]) => {
    const { code, out, err } = await here.plans(words, { env: server.environment });
    expect([words[0], code, err]).toEqual([words[0], 0, '']);
    return out;
  };

  expect(await plans('generate', 'Greet people')).toContain('Read it, edit it');
  expect(await plans('review', 'greet-people', '--type', 'refine_descriptions', '--type', 'break_down')).toContain('2 suggestions');
  // A person ticks one, says it better, and drops the other.
  here.write(REVIEW, here.read(REVIEW).replace('- [ ] Change', '- [x] Change'));
  expect(await plans('apply', 'greet-people', '--ticked')).toContain('1 suggestion applied');
  expect(await plans('dismiss', 'greet-people', '--all')).toContain('none is left');
  await plans('ready', 'greet-people');
  expect(await plans('run', 'greet-people', '--yes')).toContain('Write the farewell');

  expect(server.refusals).toEqual([]);
  expect(here.git('status', '--porcelain')).toBe('');
  expect([here.read('hello.txt'), here.read('bye.txt')]).toEqual(['hello\n', 'bye\n']);
  const plan = here.read(FILE);
  expect(plan).toContain('status: completed');
  expect(plan).toContain('- [x] Write the farewell');
  expect(plan).toContain('  Write `bye.txt`.\n');

  const said = evidence();
  expect(
    said.map((one) =>
      one === null ? null : 'iteration' in one ? one.iteration : 'event' in one ? one.event : `${one.task} ${one.attempt}`,
    ),
  ).toEqual([null, 'generation', 'review', 'refine', 'review', 'user_edit', PLAN_EVENTS[0], 'hello 1', 'bye 2']);
  // A reply costs 1,000 × 2 + 100 × 10 dollars for a million tokens; the second task took two attempts of two replies each.
  expect(said.map((one) => one?.costUsd ?? null)).toEqual([null, 0.006, 0.003, null, null, null, null, 0.006, 0.012]);
  expect(server.requests).toHaveLength(9);

  const { iterations } = JSON.parse(await plans('history', 'greet-people', '--json'));
  expect(iterations.map((one: { iterationType: string; costUsd: number | null }) => [one.iterationType, one.costUsd])).toEqual([
    ['user_edit', null],
    ['review', null],
    ['refine', null],
    ['review', 0.003],
    ['generation', 0.006],
  ]);
  expect(await plans('status')).toContain('spent today (UTC): $0.03');
});
