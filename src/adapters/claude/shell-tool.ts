/** Claude's shell: each command a process group of its own, with the environment and the sandbox of the attempt, and nothing left when it ends. */
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { z } from 'zod';
import type { AgentJob } from '../agents/agent.ts';
import { jobEnvironment } from '../agents/session.ts';
import type { ProcessResult } from '../process.ts';
import { runSandboxed } from '../sandbox.ts';
import { claudeTool, ToolFailure } from './tool.ts';

/** Of one command, unless it is given another. Seconds. */
const USUAL_SECONDS = 120;
const MAX_SECONDS = 1_800;
/** What Claude is shown of a command's output, from its end. */
const OUTPUT_BYTES = 30 * 1024;

/** The tool `bash`. `onOutput` hears what commands print. */
export function shellTool(job: AgentJob, graceMs: number | undefined, onOutput: (text: string) => void): BetaRunnableTool {
  return claudeTool(
    'bash',
    'Runs a command with `sh` in the working folder. Every command has a shell of its own; what it starts in the background ends with it. Standard input is empty. Output beyond 30 kB is cut at its beginning.',
    z.object({
      command: z.string().min(1),
      timeout_seconds: z.int().min(1).max(MAX_SECONDS).default(USUAL_SECONDS).describe('The command is ended after so long.'),
    }),
    async ({ command, timeout_seconds: seconds }, signal) => {
      const result = await runSandboxed(job.sandbox, {
        command: { shell: command },
        cwd: job.cwd,
        env: { ...job.env, ...jobEnvironment(job) },
        wallTimeoutMs: seconds * 1_000,
        tailBytes: OUTPUT_BYTES,
        graceMs,
        redaction: job.redaction,
        ...(signal === null ? {} : { signal }),
        onOutput: (_, text) => onOutput(text),
      });
      const printed = `${result.outputBytes > OUTPUT_BYTES ? `… ${result.outputBytes - OUTPUT_BYTES} bytes before this are left out\n` : ''}${result.tail}`;
      const ended = endOf(result, seconds);
      if (ended === null) return printed.trim() === '' ? 'It ended with exit code 0 and printed nothing.' : printed;
      throw new ToolFailure([printed.trimEnd(), ended].filter((part) => part !== '').join('\n'));
    },
  );
}

/** How a command ended that did not end well; else null. */
function endOf({ ended, exitCode, signal, problem }: ProcessResult, seconds: number): string | null {
  switch (ended) {
    case 'exit':
      return exitCode === 0 ? null : signal === null ? `Exit code ${exitCode}.` : `It was ended by ${signal}.`;
    case 'timeout_wall':
    case 'timeout_idle':
      return `It did not end within ${seconds} seconds and was stopped.`;
    case 'aborted':
      return 'It was stopped.';
    case 'not-found':
    case 'spawn-failed':
      return `It could not be started: ${problem ?? 'the shell was not found'}.`;
  }
}
