import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rounds, runs } from '../support/runs.ts';
import { operationsOf, requestsFor, type Document, type Ids, type JsonSchema, type RandomRequest } from './random-request.ts';
import { PLAN, testServer, type TestServer } from './serving.ts';

/** In each, one request for each operation. */
const ROUNDS = rounds(2, 100);
/** Begins a process, which takes as long as a hundred others. */
const SLOW: ReadonlySet<string> = new Set(['executePlan', 'resumePlan']);
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const draft = PLAN.replace('status: ready', 'status: draft');
const FILES = [
  {
    'plans/greet.plan.md': draft,
    'plans/other.plan.md': draft.replace('# Greet', '# Other'),
    'plans/broken.plan.md': '- [x]broken\n',
    'src/a.ts': 'a\n',
    'specs/001-x/tasks.md': '# Tasks: X\n\n- [ ] T001 one\n- [x] T002 two (depends on T001)\n',
  },
  { 'plans/greet.plan.md': draft },
];

function stateOf(server: TestServer): string {
  return server.repositories
    .map((repository) =>
      [repository.head(), repository.git('diff', 'HEAD'), repository.status().join('\n'), repository.git('for-each-ref')].join('\n'),
    )
    .join('\n\n');
}

function orNone(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? ['none'] : ids;
}

/** Every id that there is now, by the names under which it is asked for. */
async function idsOf(server: TestServer): Promise<Ids> {
  const { plans } = (await server.ask('/api/plans')).body as { plans: { id: string; revision: string; valid: boolean }[] };
  const details = await Promise.all(plans.map(({ id }) => server.ask(`/api/plans/${encodeURIComponent(id)}`)));
  const parts = (key: string) => details.flatMap(({ body }) => body[key].map(({ id }: { id: string }) => id) as string[]);
  const { jobs } = (await server.ask('/api/jobs')).body as { jobs: { id: string }[] };
  const { executions } = (await server.ask('/api/executions')).body as { executions: { id: string }[] };
  return {
    repositoryId: server.ids,
    planId: orNone(plans.map(({ id }) => id)),
    phaseId: orNone(parts('phases')),
    taskId: orNone(parts('tasks')),
    dependsOn: orNone(parts('tasks')),
    targetId: orNone([...parts('phases'), ...parts('tasks')]),
    commit: orNone(parts('iterations')),
    iterationId: orNone(parts('iterations')),
    jobId: orNone(jobs.map(({ id }) => id)),
    executionId: orNone(executions.map(({ id }) => id)),
    'if-match': orNone(plans.map(({ revision }) => `"${revision}"`)),
  };
}

/** Waits until nothing runs. */
async function atRest(server: TestServer): Promise<void> {
  while ((await server.ask('/api/executions?live=true')).body.total > 0) await delay(20);
}

/** The document's schema of an answer, as one that checks. */
function checkerOf(schema: JsonSchema, document: Document): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  return z.fromJSONSchema(JSON.parse(text));
}

async function send(
  server: TestServer,
  { operation, path, headers, body }: RandomRequest,
): Promise<{ status: number; type: string; text: string }> {
  const response = await server.fetch(path, { method: operation.method, headers, ...(body === undefined ? {} : { body }) });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, type, text: '' };
  }
  return { status: response.status, type, text: await response.text() };
}

describe('requests made from the document', () => {
  it('find every route described, named once, and in a group', async () => {
    await using server = await testServer(FILES);
    const document = (await server.ask('/api/openapi.json')).body as Document & { tags: { name: string }[] };
    const operations = operationsOf(document);
    expect(operations.length).toBeGreaterThan(65);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const tags = new Set(document.tags.map(({ name }) => name));
    const text = JSON.stringify(document);
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, of] of Object.entries(methods)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const given = (of.parameters ?? []).filter((each: { in: string }) => each.in === 'path').map((each: { name: string }) => each.name);
        expect(given, path).toEqual(named);
        expect(of.summary, `${method} ${path}`).toBeTypeOf('string');
        expect(of.tags.every((tag: string) => tags.has(tag))).toBe(true);
      }
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(document.components.schemas).toHaveProperty(name);
  });

  it('give no 500 and what the document says, and change nothing where they are refused', { timeout: 3_600_000 }, async () => {
    await using server = await testServer(FILES, { env: { PATH: process.env['PATH'] }, runs: 4 });
    const document = (await server.ask('/api/openapi.json')).body as Document;
    // What looks goes first, and is looked at as a whole: it may change nothing either.
    const all = operationsOf(document);
    const [reads, writes] = [all.filter(({ method }) => READS.has(method)), all.filter(({ method }) => !READS.has(method))];
    const operations = [...reads, ...writes];
    const checkers = new Map(
      operations.flatMap(({ operationId, answer }) => (answer === null ? [] : [[operationId, checkerOf(answer, document)]])),
    );
    const problem = checkerOf({ $ref: '#/components/schemas/Problem' }, document);
    const outcomes = new Map<string, number>();
    let asked = 0;
    // Each by itself, with the ids of that moment: what one of them makes, the next may change.
    for (const round of ROUNDS) {
      // Others have been removed meanwhile.
      await server.repository.commit('more', { [`plans/more-${round}.plan.md`]: draft });
      const ids = await idsOf(server);
      const unread = stateOf(server);
      for (const operation of operations) {
        if (operation === writes[0]) expect(stateOf(server), `round ${round}`).toBe(unread);
        if (SLOW.has(operation.operationId) && round > 3) continue;
        const [request] = fc.sample(requestsFor(operation, document, ids), runs(1, (asked += 1)));
        if (request === undefined) continue;
        const isRead = READS.has(operation.method);
        const before = isRead ? '' : stateOf(server);
        const { status, type, text } = await send(server, request);
        const said = `${operation.method} ${request.path} ${JSON.stringify(request.headers)} ${request.body ?? ''}\n→ ${status} ${text.slice(0, 600)}`;
        expect(server.notices, said).toEqual([]);
        expect(status, said).not.toBe(500);
        if (status >= 400) {
          expect(type, said).toBe('application/problem+json');
          expect(problem.safeParse(JSON.parse(text)).success, said).toBe(true);
          expect(isRead ? '' : stateOf(server), said).toBe(before);
        } else if (status === 200 && type.startsWith('application/json')) {
          const checked = checkers.get(operation.operationId)?.safeParse(JSON.parse(text));
          expect(checked?.error?.issues ?? [], said).toEqual([]);
        }
        // A run changes things by itself, whatever the next request is.
        if (SLOW.has(operation.operationId)) await atRest(server);
        const key = status < 400 ? 'done' : 'refused';
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      }
    }
    // Both kinds have been tried.
    expect(Math.min(outcomes.get('done') ?? 0, outcomes.get('refused') ?? 0)).toBeGreaterThan(ROUNDS.length * 5);
  });
});
