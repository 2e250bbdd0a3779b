import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/server/shape-events.ts';
import { GOOD } from '../engine/planner/generating.ts';
import { PLAN, PLAN_FILE, REWORD, reviewText, SPLIT, suggests } from '../engine/planner/reviewing.ts';
import { scriptedMessages } from '../support/messages-server.ts';
import { testServer } from './serving.ts';

const env = (environment: Readonly<Record<string, string>>) => ({ PATH: process.env['PATH'], ...environment });

const isEnd = (event: StreamEvent) => event.kind === 'server' && event.event.type === 'job-finished';

describe('a plan that Claude writes', () => {
  it('is answered when it has landed, and told on the way', async () => {
    await using claude = await scriptedMessages([GOOD]);
    await using server = await testServer([{ 'README.md': '# Greet\n' }], { env: env(claude.environment) });
    const stream = server.events('/api/events', isEnd);
    const { status, body } = await server.send('POST', '/api/plans/generate', {
      repositoryId: server.ids[0],
      title: 'Greet people',
      description: 'Kindly.',
      generateWith: 'claude',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      planId: `${server.ids[0]}:greet-people`,
      status: 'draft',
      tasks: [{ slug: 'hello' }],
      commit: server.repository.head(),
      reason: '',
    });
    const types = (await stream).events.filter((event) => event.kind === 'planner').map(({ event }) => event.type);
    expect(types[0]).toBe('planner-started');
    expect(types.at(-1)).toBe('plan-generated');
    const { jobs, total, next } = (await server.ask('/api/jobs')).body;
    expect([total, next]).toEqual([1, null]);
    expect((await server.ask('/api/jobs?status=running')).body.total).toBe(0);
    expect((await server.ask(`/api/jobs?planId=${body.planId}&limit=1`)).body.jobs).toEqual([]);
    expect((await server.ask('/api/jobs?after=nonsense')).status).toBe(422);
    expect(jobs).toMatchObject([{ kind: 'generate', status: 'completed', result: { planId: body.planId } }]);
    expect((await server.send('DELETE', `/api/jobs/${jobs[0].id}`)).status).toBe(409);
    const said = (await server.ask(`/api/jobs/${jobs[0].id}/events`)).body;
    expect(said.events[0].event.type).toBe('planner-started');
    expect(said.events.at(-1)).toMatchObject({ seq: said.seq, event: { type: 'plan-generated' } });
    expect((await server.ask('/api/jobs/none/events')).status).toBe(404);
  });

  it('is a job where nobody wants to wait, and can be stopped', async () => {
    const { promise: isAsked, resolve: reached } = Promise.withResolvers<void>();
    await using claude = await scriptedMessages(async (request) => {
      reached();
      await request.gone;
      return GOOD;
    });
    await using server = await testServer([{ 'README.md': '# Greet\n' }], { env: env(claude.environment) });
    const stream = server.events('/api/events', isEnd);
    const begun = await server.send('POST', '/api/plans/generate', { title: 'Greet people' }, { prefer: 'respond-async' });
    expect(begun.status).toBe(202);
    expect(begun.body).toMatchObject({ status: 'running', result: null });
    await isAsked;
    expect((await server.send('DELETE', begun.headers.get('location') ?? '')).status).toBe(200);
    await stream;
    expect((await server.ask(`/api/jobs/${begun.body.id}`)).body).toMatchObject({
      status: 'cancelled',
      problem: { status: 502, outcome: 'cancelled' },
    });
    expect((await server.ask('/api/plans')).body.total).toBe(0);
    expect(server.repository.status()).toEqual([]);
  });

  it('is refused where there is no key, before anything is spent', async () => {
    await using server = await testServer([{ 'README.md': '# Greet\n' }], { env: { PATH: process.env['PATH'] } });
    const { status, body } = await server.send('POST', '/api/plans/generate', { title: 'Greet people' });
    expect(status).toBe(409);
    expect(body.detail).toMatch(/ANTHROPIC_API_KEY/);
  });
});

describe('a review', () => {
  it('suggests, is looked at, applied and dismissed', async () => {
    await using claude = await scriptedMessages([suggests(REWORD, SPLIT)]);
    await using server = await testServer([{ [PLAN_FILE]: PLAN }], { env: env(claude.environment) });
    const asked = await server.send('POST', '/api/plans/greet/review', { reviewType: ['refine_descriptions', 'break_down'] });
    expect(claude.refusals).toEqual([]);
    expect(asked.body).toMatchObject({
      iterationId: server.repository.head(),
      suggestions: [
        {
          type: 'modify_task',
          target: 'goodbye',
          reasoning: 'It names no file.',
          before: expect.any(String),
          after: expect.any(String),
          state: 'open',
        },
        { type: 'break_down_task' },
      ],
    });
    const [reword, split] = asked.body.suggestions.map(({ id }: { id: string }) => id);
    expect((await server.ask('/api/plans/greet/review')).body.suggestions).toHaveLength(2);
    const unknown = await server.send('POST', '/api/plans/greet/apply-suggestions', { iterationId: 'nothing', suggestionIds: [reword] });
    expect(unknown.status).toBe(404);
    const applied = await server.send('POST', '/api/plans/greet/apply-suggestions', {
      iterationId: asked.body.iterationId,
      suggestionIds: [reword],
    });
    expect(applied.body).toMatchObject({ applied: [{ id: reword }], refused: [], left: 1, commit: server.repository.head() });
    expect((await server.ask('/api/tasks/greet:goodbye')).body.description).toContain('src/goodbye.ts');
    const dismissed = await server.send('POST', '/api/plans/greet/dismiss-suggestions', { suggestionIds: [split] });
    expect(dismissed.body).toMatchObject({ dismissed: [split], left: 0 });
    expect((await server.ask('/api/plans/greet/review')).body).toEqual({ suggestions: [], diagnostics: [] });
    expect((await server.send('POST', '/api/plans/greet/review', { reviewType: 'nonsense' })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/none/review', { reviewType: 'all' })).status).toBe(404);
    expect((await server.send('POST', '/api/plans/greet/review', { reviewType: 'all', scope: 'task' })).status).toBe(422);
  });

  it('can look for everything at once, or at one task, as a job', async () => {
    await using claude = await scriptedMessages([suggests({ ...REWORD, dependsOn: null }), suggests(SPLIT)]);
    await using server = await testServer([{ [PLAN_FILE]: PLAN }], { env: env(claude.environment) });
    const all = await server.send('POST', '/api/plans/greet/review', { reviewType: 'all' });
    expect(all.status).toBe(200);
    expect(all.body).toMatchObject({ iterationId: server.repository.head(), suggestions: [{ type: 'modify_task' }] });
    const told = JSON.stringify(claude.requests[0]?.body);
    for (const type of ['refine_descriptions', 'add_missing', 'optimize_order', 'break_down']) expect(told).toContain(type);
    const stream = server.events('/api/events', isEnd);
    const about = { reviewType: 'break_down', scope: 'task', targetId: `${server.ids[0]}:greet:sing` };
    const begun = await server.send('POST', '/api/plans/greet/review', about, { prefer: 'respond-async' });
    expect(begun.status).toBe(202);
    await stream;
    const job = (await server.ask(begun.headers.get('location') ?? '')).body;
    expect(job).toMatchObject({
      kind: 'review',
      title: 'Greet people',
      planId: `${server.ids[0]}:greet`,
      status: 'completed',
      result: { suggestions: [{ type: 'break_down_task' }] },
    });
    const said = (await server.ask(`${begun.headers.get('location')}/events`)).body;
    expect(said.events.map(({ event }: { event: { type: string } }) => event.type)).toContain('plan-reviewed');
  });

  it('can be looked at before it is asked for: nothing is asked, nothing is spent', async () => {
    await using claude = await scriptedMessages([]);
    await using server = await testServer([{ [PLAN_FILE]: PLAN }], { env: env(claude.environment) });
    const head = server.repository.head();
    const review = await server.send('POST', '/api/plans/greet/review/prompt', { reviewType: 'all', model: 'claude-x' });
    expect(review.body).toMatchObject({
      planId: `${server.ids[0]}:greet`,
      file: PLAN_FILE.replace('.plan.', '.review.'),
      model: 'claude-x',
    });
    expect(review.body.prompt).toContain('Say goodbye');
    const draft = await server.send('POST', '/api/plans/generate/prompt', { title: 'Sing along', description: 'Loudly.' });
    expect(draft.body).toMatchObject({ planId: `${server.ids[0]}:sing-along`, file: 'plans/sing-along.plan.md' });
    expect(draft.body.prompt).toContain('Loudly.');
    expect((await server.send('POST', '/api/plans/none/review/prompt', { reviewType: 'all' })).status).toBe(404);
    expect((await server.send('POST', '/api/plans/greet/review/prompt', { reviewType: 'all', scope: 'task' })).status).toBe(422);
    expect(claude.requests).toEqual([]);
    expect(server.repository.head()).toBe(head);
    expect((await server.ask('/api/jobs')).body.jobs).toEqual([]);
  });

  it('that is stale says so, and is not applied', async () => {
    await using server = await testServer([{ [PLAN_FILE]: PLAN, 'plans/greet.review.md': reviewText() }]);
    await server.send('PATCH', '/api/tasks/greet:goodbye', { description: 'Another text.' });
    const { suggestions } = (await server.ask('/api/plans/greet/review')).body;
    const stale = suggestions.find(({ target }: { target: string }) => target === 'goodbye');
    expect(stale).toMatchObject({ state: 'stale', problem: expect.any(String) });
    const applied = await server.send('POST', '/api/plans/greet/apply-suggestions', { suggestionIds: [stale.id] });
    expect(applied.body).toMatchObject({ applied: [], refused: [{ id: stale.id, reason: 'stale' }], commit: null });
  });
});
