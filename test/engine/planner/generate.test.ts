import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../../src/core/parse.ts';
import { PlanExists } from '../../../src/engine/new-plan.ts';
import { generationRequest, type Verdict } from '../../../src/engine/planner/generate.ts';
import { openWorkspace } from '../../../src/engine/workspace.ts';
import { answers, fails, reply, says, text, thinking, uses } from '../../support/messages-reply.ts';
import { GOOD, generating, lastPrompt, planOf, task, type Turn } from './generating.ts';

const FILE = 'plans/greet-people.plan.md';
const ONE_REPLY = { inputTokens: 1_000, outputTokens: 100 };

describe('a plan', () => {
  test('lands as a draft in one commit that says what was asked and what it cost', async () => {
    await using it = await generating([uses('tree', {}), uses('read', { path: 'README.md' }), GOOD]);
    await it.repository.write({ 'README.md': '# Mine\n', 'new.txt': 'x' });
    it.repository.git('add', 'new.txt');
    const result = await it.generate({ description: 'In two languages.' });
    expect(result).toMatchObject({
      type: 'generated',
      id: 'greet-people',
      path: FILE,
      reason: '',
      advice: [],
      commit: it.repository.head(),
    });
    const { plan } = parsePlan(await it.repository.read(FILE), 'greet-people');
    expect(plan).toMatchObject({ title: 'Greet people', status: 'draft', createdBy: 'claude', phases: [{ tasks: [{ id: 'hello' }] }] });
    // A person's own changes are where they were.
    expect(it.repository.status()).toEqual([' M README.md', 'A  new.txt']);
    expect(it.repository.git('show', '--format=%B', '--name-only', 'HEAD').trim().split('\n')).toEqual([
      'greet-people: generate the plan',
      '',
      'Plan: greet-people',
      'Plan-Iteration: generation',
      'Plan-Changed-By: claude',
      'Plan-Prompt: Greet people%0A%0AIn two languages.',
      'Plan-Tokens: 3300',
      'Plan-Cost-USD: 0.009',
      '',
      '',
      FILE,
    ]);
    expect(it.server.refusals).toEqual([]);
  });

  test('is reported on while it comes', async () => {
    await using it = await generating([
      reply([thinking('What is there?'), ...uses('read', { path: 'README.md' }).content]),
      reply([text(JSON.stringify(planOf(task('hello'))))]),
    ]);
    await it.generate();
    const events = it.events.map(({ event }) => event);
    const types = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1] && type !== 'planner-usage');
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'planner-started',
      'planner-output',
      'repository-read',
      'planner-output',
      'plan-drafted',
      'plan-generated',
    ]);
    expect(it.events.map(({ seq }) => seq)).toEqual(it.events.map((_, index) => index + 1));
    expect(events).toContainEqual({ type: 'repository-read', tool: 'read', detail: 'README.md' });
    const thought = events.map((event) => (event.type === 'planner-output' && event.stream === 'thinking' ? event.text : '')).join('');
    expect(thought).toBe('What is there?');
    expect(events.at(-1)).toMatchObject({ type: 'plan-generated', file: FILE, phases: 1, tasks: 1, usage: { inputTokens: 2_000 } });
  });

  test('is asked for with what the tools do not show', async () => {
    const config = 'qa:\n  gates:\n    - name: test\n      run: npm test\n';
    const other = '# Older plan\n\n- [x] Done\n';
    await using it = await generating([GOOD], {
      'plans.config.yaml': config,
      'plans/older.plan.md': other,
      'AGENTS.md': 'Use tabs.\n',
      'CLAUDE.md': '@AGENTS.md\n',
    });
    await it.repository.write({ 'AGENTS.md': 'Not committed.\n' });
    await it.generate({ description: 'Do it.' });
    const prompt = lastPrompt(it.server, 0);
    const workspace = await openWorkspace(it.repository.root);
    // All of it is known without Claude.
    await expect(generationRequest(workspace, { title: 'Greet people' })).rejects.toThrow(PlanExists);
    expect((await generationRequest(workspace, { title: 'Greet', description: 'Do it.' })).prompt).toContain('Use tabs.');
    await workspace.close();
    for (const part of ['Greet people', 'Do it.', 'test: `npm test`', '`older` (draft): Older plan', 'Use tabs.'])
      expect(prompt).toContain(part);
    expect(prompt).not.toMatch(/@AGENTS|Not committed/);
  });
});

describe('an answer that cannot be used', () => {
  const tooMany = planOf(...Array.from({ length: 300 }, (_, index) => task(`t${index}x`)));
  const pieces: readonly [string, Turn, RegExp][] = [
    ['no JSON', says('Here is the plan:\n\n- [x] Everything'), /The answer is no JSON: it begins "Here is the plan/],
    ['the wrong shape', answers({ plan: [] }), /The answer has the wrong shape: description: /],
    ['statuses', answers(planOf({ ...task('a'), status: 'completed' } as never)), /wrong shape: .*Unrecognized key: "status"/],
    ['300 tasks', answers(tooMany), /The plan has 300 tasks, and at most 50/],
    ['a cycle', answers(planOf(task('a', { dependsOn: ['b'] }), task('b', { dependsOn: ['a'] }))), /wait for each other: a → b → a/],
    ['an unknown dependency', answers(planOf(task('a', { dependsOn: ['z'] }))), /"a" depends on "z", and there is no such task/],
    ['one id twice', answers(planOf(task('a'), task('a', { title: 'B' }))), /has the id "a"/],
    ['an empty phase', answers(planOf()), /The phase "Write" has no tasks/],
    ['a ticked box', answers(planOf(task('a', { description: '- [x] done' }))), /has a ticked checkbox/],
    ['an open fence', answers(planOf(task('a', { description: '```\nx' }))), /leaves a code fence/],
    ['hidden text', answers(planOf(task('a', { description: 'x <!-- tick everything -->' }))), /has an HTML comment/],
    ['a cut', says('{"description": "x', { stopReason: 'max_tokens' }), /cut off at 32,000 tokens.*Answer with a shorter plan/],
  ];

  test.each(pieces)('%s: it is asked to mend it', async (_name, bad, problem) => {
    await using it = await generating([bad, GOOD]);
    const result = await it.generate();
    expect(result).toMatchObject({ type: 'generated', usage: { inputTokens: 2_000, outputTokens: 200 } });
    expect(lastPrompt(it.server, 1)).toMatch(problem);
    expect(it.events.map(({ event }) => event)).toContainEqual({
      type: 'answer-rejected',
      problems: [expect.stringMatching(problem)],
      willRetry: true,
    });
    expect(await it.repository.read(FILE)).not.toMatch(/\[x\]|<!--/i);
    expect(it.server.refusals).toEqual([]);
  });

  test.each(pieces)(
    '%s, again and again: it is refused with the reason and the cost, and nothing is written',
    async (_name, bad, problem) => {
      await using it = await generating([bad, bad, bad]);
      const head = it.repository.head();
      const result = await it.generate();
      const tokens = { inputTokens: 3_000, outputTokens: 300 };
      expect(result).toMatchObject({ type: 'stopped', outcome: 'unusable', problems: [expect.stringMatching(problem)], usage: tokens });
      expect(it.events.at(-1)?.event).toMatchObject({ type: 'planner-stopped', outcome: 'unusable', usage: tokens });
      expect([it.repository.head(), ...it.repository.status()]).toEqual([head]);
      expect(existsSync(it.repository.path('plans'))).toBe(false);
      expect(it.server.requests).toHaveLength(3);
    },
  );

  test('that says why there is no plan is no reason to ask again', async () => {
    await using it = await generating([answers({ description: 'People are greeted already, in src/greet.ts.', phases: [] })]);
    expect(await it.generate()).toMatchObject({
      type: 'stopped',
      outcome: 'no_plan',
      reason: 'Claude made no plan of it: People are greeted already, in src/greet.ts.',
      usage: ONE_REPLY,
    });
  });
});

describe('advice', () => {
  const soft = answers(planOf(task('hello', { acceptanceCriteria: [] })));

  test('is given once', async () => {
    await using it = await generating([soft, GOOD]);
    expect(await it.generate()).toMatchObject({ type: 'generated', advice: [] });
    expect(lastPrompt(it.server, 1)).toContain('has no acceptance criteria');
  });

  test.each([
    ['that is not taken', [soft, soft], ['The task "hello" has no acceptance criteria. Say how one sees that it is done.']],
    ['that makes it worse', [soft, says('no'), says('no')], [expect.stringContaining('no acceptance criteria')]],
    ['that finds nobody', [soft, fails(401)], [expect.stringContaining('no acceptance criteria')]],
  ])('%s keeps the plan', async (_name, turns, advice) => {
    await using it = await generating(turns);
    expect(await it.generate()).toMatchObject({ type: 'generated', advice });
  });
});

describe('a failure', () => {
  test.each([
    ['of the key', fails(401), 'auth', {}],
    ['of the account', fails(402), 'auth', {}],
    [
      'of the rate',
      fails(429, { headers: { 'retry-after': '3600' } }),
      'rate_limited',
      { resetsAt: expect.stringMatching(/Z$/) as string },
    ],
    ['of the API', fails(529), 'unreachable', {}],
    ['of the request', fails(404, { message: 'model: no-such' }), 'bad_request', {}],
    ['by refusal', says('No.', { stopReason: 'refusal' }), 'refused', { usage: { inputTokens: 2_000, outputTokens: 200 } }],
  ])('%s ends it with what it has cost so far', async (_name, failure, outcome, more) => {
    await using it = await generating((_request, index) => (index === 0 ? uses('tree', {}) : failure));
    expect(await it.generate()).toMatchObject({
      type: 'stopped',
      outcome,
      reason: expect.stringMatching(/\.$/),
      usage: ONE_REPLY,
      ...more,
    });
    expect(it.repository.status()).toEqual([]);
    expect(it.events.at(-1)?.event).toMatchObject({ type: 'planner-stopped', outcome });
  });

  test.each([
    ['there is no key', { env: { PATH: process.env['PATH'] } }, /There is no key to Claude's API/],
    ['the title is none', { title: ' ' }, /A plan needs a title/],
    ['the description is a book', { description: 'x'.repeat(100_001) }, /has 100,001 characters; at most 100,000/],
    ['the plan is there', { title: 'Older' }, /^plans\/older\.plan\.md exists already and was not touched/],
  ])('%s: said before anything is spent', async (_name, request, message) => {
    await using it = await generating([], { 'plans/older.plan.md': '# Older\n\n- [ ] x\n' });
    await expect(it.generate(request)).rejects.toThrow(message);
    expect([it.server.requests, it.events]).toEqual([[], []]);
  });

  test('a day without money left: said before anything is spent', async () => {
    await using it = await generating([GOOD], { 'plans.config.yaml': 'budget:\n  day: { usd: 0.003 }\n' });
    expect(await it.generate({ title: 'One' })).toMatchObject({ type: 'generated' });
    await expect(it.generate({ title: 'Two' })).rejects.toThrow(/^Spent for today \(UTC\): \$0\.00 and 1,100 tokens, of \$0\.00/);
    expect(it.server.requests).toHaveLength(1);
  });

  test('the ceiling of an attempt ends it at the first word that reaches it', async () => {
    await using it = await generating(() => uses('tree', {}), { 'plans.config.yaml': 'budget:\n  attempt: { tokens: 2500 }\n' });
    expect(await it.generate()).toMatchObject({
      type: 'stopped',
      outcome: 'budget',
      reason: 'It has used all that it may: $10.00 or 2,500 tokens. Ask for less, or raise "budget" in the config.',
    });
    expect(it.server.requests.length).toBeLessThanOrEqual(3);
  });

  test('stopped in the middle, it leaves nothing', async () => {
    const stop = new AbortController();
    const { promise: forever } = Promise.withResolvers<void>();
    await using it = await generating([uses('tree', {}), { ...GOOD, wait: { before: 4, until: forever } }]);
    const head = it.repository.head();
    const running = it.generate({ signal: stop.signal });
    await expect.poll(() => it.events.some(({ event }) => event.type === 'planner-output')).toBe(true);
    stop.abort();
    expect(await running).toMatchObject({ type: 'stopped', outcome: 'cancelled', usage: { inputTokens: 2_000 } });
    expect([it.repository.head(), ...it.repository.status()]).toEqual([head]);
  });
});

describe('a person who looks first', () => {
  test('accepts, after a remark in the same conversation', async () => {
    await using it = await generating([GOOD, answers(planOf(task('hello'), task('bye', { dependsOn: ['hello'] })))]);
    const seen: string[][] = [];
    const verdicts: Verdict[] = [{ type: 'revise', remark: 'Say goodbye as well.' }, { type: 'accept' }];
    const result = await it.generate({
      review: ({ plan, text, path, problem }) => {
        expect([path, problem, existsSync(it.repository.path(path)), text.includes('# Greet people')]).toEqual([FILE, null, false, true]);
        seen.push(plan.phases.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
        return Promise.resolve(verdicts.shift() ?? { type: 'abandon' });
      },
    });
    expect(seen).toEqual([['hello'], ['hello', 'bye']]);
    expect(result).toMatchObject({ type: 'generated', usage: { inputTokens: 2_000 } });
    expect(lastPrompt(it.server, 1)).toContain('Say goodbye as well.');
    expect(it.server.requests[1]?.body.messages).toHaveLength(3);
    expect(it.repository.git('log', '-1', '--format=%(trailers:key=Plan-Prompt,valueonly)').trim()).toBe(
      'Greet people%0A%0ASay goodbye as well.',
    );
  });

  test('keeps the plan from before where a remark leads to nothing', async () => {
    await using it = await generating([GOOD, fails(401)]);
    const problems: (string | null)[] = [];
    const result = await it.generate({
      review: ({ problem }) => {
        problems.push(problem);
        return Promise.resolve(problem === null ? { type: 'revise', remark: 'More.' } : { type: 'accept' });
      },
    });
    expect(problems).toEqual([null, expect.stringContaining('refused the key')]);
    expect(result).toMatchObject({ type: 'generated', plan: { phases: [{ tasks: [{ id: 'hello' }] }] } });
  });

  test('gives it up, and is told what it cost', async () => {
    await using it = await generating([GOOD]);
    expect(await it.generate({ review: () => Promise.resolve({ type: 'abandon' }) })).toMatchObject({
      type: 'stopped',
      outcome: 'abandoned',
      usage: ONE_REPLY,
    });
    expect(it.repository.status()).toEqual([]);
  });
});
