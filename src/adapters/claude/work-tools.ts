/** What Claude does a task with: the SDK's tools for files within the task's bounds, git's search, and a shell. */
import { chmodSync, existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { BetaRunnableTool, BetaToolRunContext } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { betaEditTool, betaGlobTool, betaReadTool, betaWriteTool } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import type { Redaction } from '../../core/redact.ts';
import type { AgentJob } from '../agents/agent.ts';
import { matchesPath } from '../gates.ts';
import { gitEnvironment, GitProgram } from '../git/process.ts';
import { searchTool } from './repository.ts';
import { shellTool } from './shell-tool.ts';
import { ToolFailure } from './tool.ts';

/** What a tool says is redacted where it is handed on. */
const AS_IT_IS = { text: (text: string) => text };
/** Bytes of a file that is read or edited at once. */
const MAX_FILE_BYTES = 512 * 1024;

export interface WorkToolOptions {
  readonly job: AgentJob;
  readonly graceMs: number | undefined;
  readonly redaction: Pick<Redaction, 'values'>;
  /** Hears what commands print. */
  readonly onOutput: (text: string) => void;
  /** Hears each call as it begins. */
  readonly onCall: (tool: string, input: unknown) => void;
  /** Hears what each call gave. */
  readonly onResult: (id: string, text: string, failed: boolean) => void;
}

/** The tools, carried out one after another in the order of their calls: two edits of a file in one reply would lose one of them. */
export function workTools(options: WorkToolOptions): BetaRunnableTool[] {
  const { job } = options;
  const context = { workdir: job.cwd, readOnlyRoots: [...(job.readOnly ?? [])], maxFileBytes: MAX_FILE_BYTES };
  const tools = [
    betaReadTool(context),
    bounded(betaWriteTool(context), job),
    bounded(betaEditTool(context), job),
    betaGlobTool(context),
    searchTool(new GitProgram(job.cwd, gitEnvironment(job.env)), AS_IT_IS),
    shellTool(job, options.graceMs, options.onOutput),
  ];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return tools.map((tool) => heard(tool, options, inTurn));
}

/** Says at once that a file is not the task's: at the end it would cost the attempt. What this makes is as open to others as what a person makes. */
function bounded(tool: BetaRunnableTool, job: AgentJob): BetaRunnableTool {
  return {
    ...tool,
    async run(input: { readonly file_path?: unknown }, context?: BetaToolRunContext) {
      const path = resolve(job.cwd, typeof input.file_path === 'string' ? input.file_path : '');
      const name = relative(job.cwd, path).split(sep).join('/');
      if (job.files !== undefined && !job.files.some((glob) => matchesPath(name, glob)))
        throw new ToolFailure(`"${name}" is not one of the task's files (${job.files.join(', ')}). Leave it as it is.`);
      const made = missing(path, job.cwd);
      const result = await tool.run(input, context);
      // The SDK makes files that nobody else may read; git would not say so, and a server or a container would find out.
      for (const [at, one] of made.entries()) chmodSync(one, (at === 0 ? 0o666 : 0o777) & ~process.umask());
      return result;
    },
  };
}

/** A path that is not there, and the folders above it that are not there either. */
function missing(path: string, root: string): readonly string[] {
  const made: string[] = [];
  for (let one = path; one.startsWith(root + sep) && !existsSync(one); one = dirname(one)) made.push(one);
  return made;
}

/** Tells what is called and what it gave; values of secret variables go no further, not even to Claude. */
function heard(
  tool: BetaRunnableTool,
  { job, redaction, onCall, onResult }: WorkToolOptions,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): BetaRunnableTool {
  const clean = (text: string): string => redaction.values(job.redaction?.values(text) ?? text);
  return {
    ...tool,
    // Read within the call, so that a wrong input is heard of too.
    parse: (input) => input,
    run: (input: unknown, context?: BetaToolRunContext) =>
      inTurn(async () => {
        const id = context?.toolUse.id ?? '';
        try {
          context?.signal?.throwIfAborted();
          onCall(tool.name, input);
          const content = await tool.run(tool.parse(input), context);
          const text = clean(typeof content === 'string' ? content : JSON.stringify(content));
          onResult(id, text, false);
          return text;
        } catch (error) {
          const text = clean(error instanceof Error ? error.message : String(error));
          onResult(id, text, true);
          throw new ToolFailure(text);
        }
      }),
  };
}
