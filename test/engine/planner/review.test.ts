import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseReview } from '../../../src/core/review.ts';
import { answers, fails, says, uses } from '../../support/messages-reply.ts';
import { lastPrompt } from './generating.ts';
import { idsOf, PLAN, PLAN_FILE, REVIEW_FILE, REWORD, reviewing, SPLIT, suggests } from './reviewing.ts';

describe('a review', () => {
  test('lands beside the plan in one commit that says what was asked and what it cost', async () => {
    await using it = await reviewing([uses('grep', { pattern: 'hello' }), suggests(REWORD, SPLIT)]);
    await it.repository.write({ 'README.md': '# Mine\n' });
    const result = await it.review();
    expect(result).toMatchObject({
      type: 'reviewed',
      path: REVIEW_FILE,
      assessment: 'Nearly ready.',
      commit: it.repository.head(),
      reason: '',
      problems: [],
      usage: { inputTokens: 2_000, outputTokens: 200 },
      suggestions: [
        { type: 'modify_task', target: 'goodbye', reasoning: 'It names no file.', ticked: false, state: 'open', problem: null },
        { type: 'break_down_task', target: 'sing', title: 'Break "Sing" down into 2 tasks', state: 'open' },
      ],
    });
    expect(await it.repository.read(PLAN_FILE)).toBe(PLAN);
    expect(it.repository.status()).toEqual([' M README.md']);
    expect(it.repository.git('show', '--format=%B', '--name-only', 'HEAD').trim().split('\n')).toEqual([
      'greet: review: 2 suggestions',
      '',
      'Plan: greet',
      'Plan-Iteration: review',
      'Plan-Changed-By: claude',
      'Plan-Prompt: refine_descriptions, break_down',
      'Plan-Tokens: 2200',
      'Plan-Cost-USD: 0.006',
      '',
      '',
      REVIEW_FILE,
    ]);
    const { review, diagnostics } = parseReview(await it.repository.read(REVIEW_FILE));
    expect(diagnostics).toEqual([]);
    expect(review.fields).toEqual({ createdBy: 'claude', model: 'claude-sonnet-5-5' });
    expect(it.server.refusals).toEqual([]);
    expect(it.events.map(({ event }) => event.type).filter((type) => !/usage|output/.test(type))).toEqual([
      'planner-started',
      'repository-read',
      'plan-reviewed',
    ]);
  });

  test('is asked with the plan, the kinds, the part, and the model that were named', async () => {
    await using it = await reviewing([suggests(REWORD)], { 'AGENTS.md': 'Use tabs.\n' });
    await it.review({ types: ['refine_descriptions'], scope: { type: 'task', id: 'goodbye' }, model: 'claude-opus-5-5' });
    const prompt = lastPrompt(it.server, 0);
    for (const words of [PLAN, '**refine_descriptions**', 'Only about the task `goodbye`', 'Use tabs.']) expect(prompt).toContain(words);
    expect(it.server.requests[0]?.body.model).toBe('claude-opus-5-5');
    expect(it.repository.git('log', '-1', '--format=%B')).toContain('Plan-Prompt: refine_descriptions of the task goodbye');
  });

  test('that suggests nothing writes nothing', async () => {
    await using it = await reviewing([suggests()]);
    const head = it.repository.head();
    expect(await it.review()).toMatchObject({ type: 'reviewed', suggestions: [], assessment: 'Nearly ready.', commit: null, reason: '' });
    expect(it.repository.head()).toBe(head);
    expect(existsSync(it.repository.path(REVIEW_FILE))).toBe(false);
  });

  test('adds to one that is there, and leaves ticks, words and what was suggested before', async () => {
    await using it = await reviewing([suggests(REWORD), suggests(REWORD, SPLIT)]);
    const first = idsOf(await it.review());
    const mine = `${(await it.repository.read(REVIEW_FILE)).replace('- [ ]', '- [x]')}\nAda: I like this one.\n`;
    await it.repository.write({ [REVIEW_FILE]: mine });
    const second = await it.review();
    expect(idsOf(second)).toHaveLength(1);
    expect(lastPrompt(it.server, 1)).toContain('wait for the person. Do not suggest them again');
    const text = await it.repository.read(REVIEW_FILE);
    expect(text).toContain('\nAda: I like this one.\n');
    expect(parseReview(text).review.suggestions.map(({ id, ticked }) => [id, ticked])).toEqual([
      [first[0], true],
      [idsOf(second)[0], false],
    ]);
    expect(it.repository.status()).toEqual([]);
  });
});

describe('an answer that cannot be used', () => {
  const wrong = { ...REWORD, task: 'nothing' };

  test('is mended in another turn', async () => {
    await using it = await reviewing([says('Well, …'), suggests(wrong, SPLIT), suggests(REWORD, SPLIT)]);
    expect(idsOf(await it.review())).toHaveLength(2);
    expect(lastPrompt(it.server, 1)).toContain('The answer is no JSON');
    expect(lastPrompt(it.server, 2)).toContain('- Suggestion 1 (modify_task): There is no task "nothing" in this plan.');
    expect(it.events.filter(({ event }) => event.type === 'answer-rejected')).toHaveLength(2);
  });

  test('in part is taken in part, and the rest is named', async () => {
    await using it = await reviewing([suggests(wrong, SPLIT), suggests(wrong, SPLIT), suggests(wrong, SPLIT)]);
    const result = await it.review();
    expect(idsOf(result)).toHaveLength(1);
    expect(result.problems).toEqual(['Suggestion 1 (modify_task): There is no task "nothing" in this plan.']);
  });

  test('at all is refused with the reason and the cost, and nothing is written', async () => {
    await using it = await reviewing([suggests(wrong), answers({ suggestions: 'many' }), suggests(wrong)]);
    const head = it.repository.head();
    expect(await it.review()).toMatchObject({
      type: 'stopped',
      outcome: 'unusable',
      problems: [expect.stringContaining('no task "nothing"')],
      usage: { inputTokens: 3_000, outputTokens: 300 },
    });
    expect([it.repository.head(), it.repository.status()]).toEqual([head, []]);
  });

  test('and could not be mended because the API failed: what can be used is not given up', async () => {
    await using it = await reviewing([suggests(wrong, SPLIT), fails(401)]);
    expect(idsOf(await it.review())).toHaveLength(1);
  });

  test.each([
    ['a request to tick everything', { ...REWORD, description: '- [x] Everything is done.' }, 'has a ticked checkbox'],
    ['Markdown that would break the file', { ...SPLIT, parts: [] }, '0 parts'],
  ])('%s lands nowhere', async (_, given, words) => {
    await using it = await reviewing([suggests(given), suggests(given), suggests(given)]);
    expect(await it.review()).toMatchObject({ type: 'stopped', problems: [expect.stringContaining(words)] });
    expect(it.repository.status()).toEqual([]);
  });
});

describe('what keeps a review from beginning costs nothing', () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof reviewing>>['review']>[0], Record<string, string>, string]>([
    ['no kind', { types: [] }, {}, 'looks for something: refine_descriptions'],
    ['a phase that there is not', { scope: { type: 'phase', id: 'wrte' } }, {}, 'Did you mean "write"?'],
    ['a task that there is not', { scope: { type: 'task', id: 'sin' } }, {}, 'Did you mean "sing"?'],
    ['a task that is done', { scope: { type: 'task', id: 'say-hello' } }, {}, 'The task "say-hello" is done'],
    ['a plan with errors', {}, { [PLAN_FILE]: PLAN.replace('dependsOn: [goodbye]', 'dependsOn: [x]') }, 'there is no such task'],
    ['a plan that is done', {}, { [PLAN_FILE]: PLAN.replaceAll('[ ]', '[x]') }, 'Every task of "greet" is done'],
  ])('%s', async (_, request, files, words) => {
    await using it = await reviewing([], files);
    await expect(it.review(request)).rejects.toThrow(words);
    expect(it.server.requests).toEqual([]);
  });

  test('no key', async () => {
    await using it = await reviewing([]);
    Object.assign(it.server.environment, { ANTHROPIC_API_KEY: '' });
    await expect(it.review()).rejects.toThrow('ANTHROPIC_API_KEY');
  });

  test('no money left for today', async () => {
    await using it = await reviewing([], { 'plans.config.json': '{ "budget": { "day": { "usd": 0.001 } } }' });
    await it.repository.commit('spent\n\nPlan: greet\nPlan-Iteration: review\nPlan-Changed-By: claude\nPlan-Cost-USD: 1', {
      [REVIEW_FILE]: '# Review\n',
    });
    await expect(it.review()).rejects.toThrow('Spent for today');
  });
});

test('what was paid for is kept where it cannot be committed', async () => {
  await using it = await reviewing([suggests(REWORD)]);
  await it.repository.hook('pre-commit', 'echo no reviews here >&2; exit 1');
  expect(await it.review()).toMatchObject({
    type: 'reviewed',
    commit: null,
    reason: 'A git hook refused the commit. It said:\nno reviews here',
  });
  expect(it.repository.status()).toEqual([`?? ${REVIEW_FILE}`]);
});

test('a failure of the API is a result, with what it has cost', async () => {
  await using it = await reviewing([uses('tree', {}), fails(402)]);
  expect(await it.review()).toMatchObject({ type: 'stopped', outcome: 'auth', usage: { inputTokens: 1_000 } });
  expect(it.events.at(-1)?.event).toMatchObject({ type: 'planner-stopped' });
});
