/** The agent `claude` at work on a scripted server, in a folder of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AgentEvent, AgentJob, AgentResult } from '../../../src/adapters/agents/agent.ts';
import { claudeAgent } from '../../../src/adapters/agents/claude.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { readTranscriptLine, type TranscriptEntry } from '../../../src/core/transcript.ts';
import { folderForEach } from '../../support/folder.ts';
import { agentJob } from '../../support/job.ts';
import type { MessagesServer } from '../../support/messages-server.ts';

let folder = '';

/** Gives each test of a file its folder, with a repository in it. */
export function workFolderForEach(): void {
  folderForEach((path) => {
    folder = path;
    mkdirSync(join(path, 'work'));
    execFileSync('git', ['init', '--quiet'], { cwd: join(path, 'work') });
  });
}

/** A file in the folder where the agent works, or beside it. */
export const at = (name: string): string => join(folder, 'work', name);
export const beside = (name: string): string => join(folder, name);
export const content = (name: string): string => readFileSync(at(name), 'utf8');

interface Done {
  readonly result: AgentResult;
  readonly events: readonly AgentEvent[];
  readonly output: string;
  readonly transcript: readonly TranscriptEntry[];
}

/** Does a job on a server; `on` hears each event, and may stop the session. */
export async function perform(
  server: MessagesServer,
  change: Partial<AgentJob> = {},
  on: (event: AgentEvent, abort: () => void) => void = () => {},
): Promise<Done> {
  const agent = claudeAgent({ config: DEFAULT_CONFIG, environment: { ...server.environment, PATH: process.env['PATH'] }, graceMs: 50 });
  const events: AgentEvent[] = [];
  const transcriptFile = beside('logs/one.1.transcript.jsonl');
  const session = agent.start(
    agentJob(at(''), {
      taskId: 'one',
      prompt: '# Task: One\n',
      frame: ['You do tasks.', 'This one.'],
      logFile: beside('logs/one.1.agent.log'),
      transcriptFile,
      ...change,
    }),
    (event) => {
      events.push(event);
      on(event, () => session.abort());
    },
  );
  const result = await session.done;
  const output = events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
  const lines = existsSync(transcriptFile) ? readFileSync(transcriptFile, 'utf8').trim().split('\n') : [];
  return { result, events, output, transcript: lines.map((line) => readTranscriptLine(line) ?? expect.fail(line)) };
}

/** What the tools answered in the request of this number. */
export const results = (server: MessagesServer, request = 1): { content: string; is_error?: boolean }[] =>
  server.requests[request]?.body.messages?.at(-1)?.content as never;
