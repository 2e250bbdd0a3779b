/** What became of a task: its attempts, what they printed and said. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { readRange, wholeCharacters } from '../../adapters/files/range.ts';
import { readTranscriptLine, TranscriptEntry } from '../../core/transcript.ts';
import { attemptsAt, isUnderWay, type AttemptLogs } from '../../engine/attempt-logs.ts';
import { nothing, partIdOf, partRef, type PartRef } from '../ids.ts';
import { readPlan } from '../read.ts';
import { answers, type Api, type Server } from '../server.ts';
import { Attempt } from '../shape.ts';
import { IdParam } from './looking.ts';

/** Bytes of a log in one answer. */
const PIECE_BYTES = 1024 * 1024;

export const AttemptParams = IdParam.extend({
  attempt: z
    .string()
    .regex(/^(?:last|[\w-]{1,64}\.\d{1,6})$/, 'the id of an attempt, or "last"')
    .describe('The id of an attempt, or `last`.'),
});
const Range = z.object({
  from: z.coerce.number().int().min(0).default(0).describe('In bytes: the `next` of the piece before.'),
  limit: z.coerce.number().int().min(1).max(PIECE_BYTES).default(PIECE_BYTES),
});
const LogPiece = z
  .object({
    from: z.int(),
    next: z.int().describe('Where the next piece begins, in bytes.'),
    size: z.int().describe('Of the log now, in bytes.'),
    live: z.boolean().describe('Whether more may come.'),
    text: z.string(),
  })
  .meta({ id: 'LogPiece' });
const TranscriptPiece = z
  .object({ from: z.int(), next: z.int(), size: z.int(), live: z.boolean(), entries: z.array(TranscriptEntry) })
  .meta({ id: 'TranscriptPiece' });

const list = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/attempts',
  operationId: 'listAttempts',
  tags: ['Tasks'],
  summary: 'The attempts at a task that this machine knows of',
  request: { params: IdParam },
  responses: answers(z.object({ attempts: z.array(Attempt) }).meta({ id: 'Attempts' }), 'Oldest first.'),
});
const output = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/attempts/{attempt}/output',
  operationId: 'getAttemptOutput',
  tags: ['Tasks'],
  summary: 'What the agent of an attempt, or one of its gates, printed',
  description: 'A piece at a time; while `live`, ask again from `next`, or hear it at /api/events.',
  request: {
    params: AttemptParams,
    query: Range.extend({ gate: z.string().max(80).optional().describe('A gate in place of the agent.') }),
  },
  responses: answers(LogPiece, 'A piece of the log.'),
});
const transcript = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/attempts/{attempt}/transcript',
  operationId: 'getAttemptTranscript',
  tags: ['Tasks'],
  summary: 'What an agent said and did, call by call',
  request: { params: AttemptParams, query: Range },
  responses: answers(TranscriptPiece, 'A piece of it.'),
});

export function attemptRoutes(app: Api, { registry }: Server): void {
  app.openapi(list, async (context) => {
    const ref = partRef(registry, context.req.valid('param').id, 'task');
    const found = attemptsOf(ref);
    // A task without attempts is asked for in vain only where there is no such task.
    if (found.length === 0 && !(await readPlan(ref)).tasks.some(({ slug }) => slug === ref.part)) throw nothing('task', ref.part);
    return context.json({ attempts: found.map((logs) => attemptOf(ref, logs)) }, 200);
  });
  app.openapi(output, (context) => {
    const { id, attempt } = context.req.valid('param');
    const { gate, from, limit } = context.req.valid('query');
    const { logs, live } = attemptNamed(partRef(registry, id, 'task'), attempt);
    const path = gate === undefined ? logs.output : (logs.gates.find(({ name }) => name === gate)?.path ?? null);
    if (path === null && !live) throw nothing('log', gate ?? `${id} ${attempt}`);
    const range = path === null ? null : readRange(path, from, limit);
    const bytes = wholeCharacters(range?.bytes ?? Buffer.alloc(0));
    const size = range?.size ?? 0;
    return context.json({ from, next: from + bytes.length, size, live, text: bytes.toString('utf8') }, 200);
  });
  app.openapi(transcript, (context) => {
    const { id, attempt } = context.req.valid('param');
    const { from, limit } = context.req.valid('query');
    const { logs, live } = attemptNamed(partRef(registry, id, 'task'), attempt);
    if (logs.transcript === null && !live) throw nothing('transcript', `${id} ${attempt}`);
    const range = logs.transcript === null ? null : readRange(logs.transcript, from, limit);
    const { entries, length } = entriesIn(range?.bytes ?? Buffer.alloc(0), limit);
    return context.json({ from, next: from + length, size: range?.size ?? 0, live, entries: [...entries] }, 200);
  });
}

/** Whole lines alone, so that the rest of the last comes with the next piece; one that fills a piece is passed over. */
function entriesIn(bytes: Buffer, limit: number): { readonly entries: readonly TranscriptEntry[]; readonly length: number } {
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end === 0) return { entries: [], length: bytes.length < limit ? 0 : bytes.length };
  const lines = bytes.subarray(0, end).toString('utf8').split('\n');
  return { entries: lines.map(readTranscriptLine).filter((entry) => entry !== null), length: end };
}

function attemptsOf({ served, plan, part }: PartRef): readonly AttemptLogs[] {
  return attemptsAt(served.workspace, part, plan).filter(({ record }) => record === null || record.planId === plan);
}

/** The attempt of that id, or the last one. */
export function attemptNamed(ref: PartRef, attempt: string): { readonly logs: AttemptLogs; readonly live: boolean } {
  const all = attemptsOf(ref);
  const logs = attempt === 'last' ? all.at(-1) : all.find((one) => `${one.run}.${one.attempt}` === attempt);
  if (logs === undefined) throw nothing('attempt', attempt);
  return { logs, live: isUnderWay(ref.served.workspace, logs) };
}

function attemptOf({ served, plan, part }: PartRef, logs: AttemptLogs): Attempt {
  const { run, attempt, record } = logs;
  return {
    id: `${run}.${attempt}`,
    taskId: partIdOf(served, plan, part),
    executionId: `${served.id}:${run}`,
    attempt,
    agent: record?.agent ?? null,
    startedAt: record?.startedAt ?? null,
    endedAt: record?.endedAt ?? null,
    outcome: record?.outcome ?? null,
    reason: record?.reason ?? null,
    sessionId: record?.sessionId ?? null,
    durationMs: record?.durationMs ?? null,
    tokens: record?.tokens ?? null,
    costUsd: record?.costUsd ?? null,
    commitSha: record?.commitSha ?? null,
    live: isUnderWay(served.workspace, logs),
    gates: record?.gates.slice() ?? [],
    logs: { output: logs.output !== null, transcript: logs.transcript !== null, gates: logs.gates.map(({ name }) => name) },
  };
}
