/** A job for an agent, as the engine would give it. */
import { join } from 'node:path';
import type { AgentJob } from '../../src/adapters/agents/agent.ts';

export function agentJob(folder: string, change: Partial<AgentJob> = {}): AgentJob {
  return {
    runId: 'run-1',
    planId: 'auth',
    taskId: 'user-model',
    taskTitle: 'Create the `User` model',
    phaseId: 'models',
    attempt: 2,
    maxAttempts: 3,
    cwd: folder,
    prompt: 'Do it.\nWell: ü 🎉\n',
    run: undefined,
    model: undefined,
    env: { PATH: process.env['PATH'] ?? '' },
    wallTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    maxBudgetUsd: undefined,
    logFile: join(folder, 'logs/2.log'),
    ...change,
  };
}
