import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../src/web/api/shapes.ts';
import { staleAfter } from '../../../src/web/state/stale.ts';

const PATHS = [
  '/api/session',
  '/api/plans?limit=200',
  '/api/plans/r:auth',
  '/api/plans/r:auth/source',
  '/api/plans/r:auth-2',
  '/api/tasks/r:auth:login/attempts',
  '/api/executions?planId=r%3Aauth&limit=1',
  '/api/executions?planId=r%3Aother',
  '/api/executions/r:1/diff',
  '/api/executions/r:12/diff',
];
const frame = { at: '2026-01-01T00:00:00.000Z', repositoryId: 'r', planId: 'r:auth' };
const run = (event: Extract<StreamEvent, { kind: 'run' }>['event']): StreamEvent => ({
  ...frame,
  kind: 'run',
  executionId: 'r:1',
  seq: 1,
  offset: null,
  event,
});
const OF_AUTH = [
  '/api/plans?limit=200',
  '/api/plans/r:auth',
  '/api/plans/r:auth/source',
  '/api/tasks/r:auth:login/attempts',
  '/api/executions?planId=r%3Aauth&limit=1',
];

describe('what an event makes stale', () => {
  const stale = (event: StreamEvent): string[] => PATHS.filter(staleAfter(event));

  it('is what is about its plan, and the lists that it is in', () => {
    expect(stale(run({ type: 'phase-started', phase: 'p' }))).toEqual([...OF_AUTH, '/api/executions/r:1/diff']);
  });

  it('is nothing for output', () => {
    expect(stale(run({ type: 'agent-output', task: 't', attempt: 1, stream: 'stdout', text: 'x' }))).toEqual([]);
  });

  it('is every plan that a save has changed, by its old name too', () => {
    const change = { kind: 'renamed', title: 'A', status: 'draft', valid: true, error: null } as const;
    const changes = {
      was: 'auth',
      plan: [],
      added: { phases: [], tasks: [] },
      removed: { phases: [], tasks: [] },
      modified: { phases: [], tasks: [] },
      moved: { phases: [], tasks: [] },
    };
    const event: StreamEvent = {
      ...frame,
      planId: null,
      kind: 'watch',
      event: { type: 'plans-changed', cause: 'files', branch: null, commit: null, plans: [{ plan: 'auth-2', ...change, changes }] },
    };
    expect(stale(event)).toEqual([...OF_AUTH.slice(0, 3), '/api/plans/r:auth-2', ...OF_AUTH.slice(3)]);
  });

  it('is everything where the server has begun anew, and where a stream begins what the moments of the answers say', () => {
    const said = (event: Extract<StreamEvent, { kind: 'server' }>['event']): StreamEvent => ({
      ...frame,
      planId: null,
      kind: 'server',
      event,
    });
    expect(stale(said({ type: 'server-started', version: '1.0.0' }))).toEqual(PATHS);
    for (const resumed of [true, false]) expect(stale(said({ type: 'stream-started', resumed, moment: 'r:1:1' }))).toEqual([]);
  });
});
