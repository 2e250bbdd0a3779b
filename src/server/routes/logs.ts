/** What an attempt printed, as it stands in its log. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { readRange } from '../../adapters/files/range.ts';
import { isUnderWay, refreshedLogs, type AttemptLogs } from '../../engine/attempt-logs.ts';
import { SAFETY_HEADERS } from '../headers.ts';
import { nothing, partRef } from '../ids.ts';
import { bytesOf, followed, rangeIn, type ByteRange } from '../log-stream.ts';
import { Refusal } from '../problem.ts';
import { PROBLEMS, type Api, type Server } from '../server.ts';
import type { Served } from '../served.ts';
import { AttemptParams, attemptNamed } from './attempts.ts';

/** Logs that are followed at the same time. */
const MAX_FOLLOWED = 200;

const Query = z.object({
  kind: z
    .enum(['output', 'transcript'])
    .default('output')
    .describe('What was printed; or what an agent said and did, a JSON value a line.'),
  gate: z.string().max(80).optional().describe('The output of a gate in place of the agent’s.'),
  follow: z.enum(['true', 'false']).default('false').describe('Go on while it grows, until the attempt has ended.'),
});
const text = { schema: z.string() };
const log = createRoute({
  method: 'get',
  path: '/api/tasks/{id}/attempts/{attempt}/log',
  operationId: 'getAttemptLog',
  tags: ['Tasks'],
  summary: 'A log of an attempt, byte for byte',
  description: 'Takes `Range: bytes=…`, with `follow` as where to begin.',
  request: { params: AttemptParams, query: Query },
  responses: {
    200: { description: 'The log.', content: { 'text/plain': text, 'application/jsonl': text } },
    206: { description: 'The range of it.', content: { 'text/plain': text, 'application/jsonl': text } },
    ...PROBLEMS,
  },
});

export function logRoutes(app: Api, { registry }: Server): void {
  let open = 0;
  app.openapi(log, (context) => {
    const { id, attempt } = context.req.valid('param');
    const { kind, gate, follow } = context.req.valid('query');
    if (kind === 'transcript' && gate !== undefined) throw new Refusal('invalid-request', 'A gate has no transcript: ask for its output.');
    const ref = partRef(registry, id, 'task');
    const { logs, live } = attemptNamed(ref, attempt);
    const path = pathOf(logs, kind, gate);
    if (path === null && !live) throw nothing('log', gate ?? `${id} ${attempt}`);
    const size = path === null ? 0 : (readRange(path, 0, 0)?.size ?? 0);
    // No tag names a version of a log: what is asked for under the condition of one is sent whole.
    const asked = context.req.header('if-range') === undefined ? context.req.header('range') : undefined;
    const isHead = context.req.method === 'HEAD';
    const headers = {
      ...SAFETY_HEADERS,
      'content-type': kind === 'transcript' ? 'application/jsonl' : 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'accept-ranges': 'bytes',
    };
    if (follow === 'true') {
      if (isHead) return new Response(null, { headers }) as never;
      if (open >= MAX_FOLLOWED) throw new Refusal('unavailable', `${open} logs are followed already.`, {}, { 'retry-after': '5' });
      open += 1;
      return new Response(followed(beginOf(asked), { ...growing(ref.served, logs, kind, gate), end: () => (open -= 1) }), {
        headers: { ...headers, 'x-accel-buffering': 'no' },
      }) as never;
    }
    const range = rangeIn(asked, size);
    if (range === 'unsatisfiable')
      throw new Refusal(
        'unsatisfiable',
        `The log has ${size} bytes.`,
        {},
        { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' },
      );
    return sent(path, range ?? { from: 0, to: size }, { isHead, status: range === null ? 200 : 206, size, headers }) as never;
  });
}

function pathOf(logs: AttemptLogs, kind: 'output' | 'transcript', gate: string | undefined): string | null {
  if (gate !== undefined) return logs.gates.find(({ name }) => name === gate)?.path ?? null;
  return kind === 'transcript' ? logs.transcript : logs.output;
}

function growing({ workspace }: Served, logs: AttemptLogs, kind: 'output' | 'transcript', gate: string | undefined) {
  return {
    path: () => pathOf(refreshedLogs(workspace, logs), kind, gate),
    isLive: () => {
      workspace.store().refresh();
      return isUnderWay(workspace, refreshedLogs(workspace, logs));
    },
  };
}

/** Where a range begins, of a log that has no end yet. */
function beginOf(header: string | undefined): number {
  return Number(/^\s*bytes\s*=\s*(\d{1,15})\s*-/i.exec(header ?? '')?.[1] ?? 0);
}

function sent(
  path: string | null,
  range: ByteRange,
  {
    isHead,
    status,
    size,
    headers,
  }: { readonly isHead: boolean; readonly status: number; readonly size: number; readonly headers: Record<string, string> },
): Response {
  const length = range.to - range.from;
  const ranged = status === 206 ? { 'content-range': `bytes ${range.from}-${range.to - 1}/${size}` } : {};
  const body = isHead || path === null || length === 0 ? null : bytesOf(path, range);
  return new Response(body, { status, headers: { ...headers, ...ranged, 'content-length': String(length) } });
}
