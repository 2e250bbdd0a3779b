/** What `generate` and `review` share: progress, what Claude would be told, and the exit code of a conversation that came to nothing. */
import type { PublishedPlannerEvent } from '../core/event.ts';
import type { PlannerOutcome } from '../core/outcome.ts';
import { EXIT, type CommandContext, type ExitCode } from './context.ts';
import { writeJson } from './reading.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { feedPlanner, livePlanner, type PlannerProgress } from './terminal/planner.ts';
import { oneLine, outputLines } from './terminal/text.ts';

/** Progress as the output takes it: drawn in place, as lines, or with `--json` as events. */
export function openProgress(context: CommandContext): PlannerProgress {
  const { out } = context;
  if (context.json)
    return { event: (event: PublishedPlannerEvent) => out.write(`${JSON.stringify(event)}\n`), end: () => {}, resume: () => {} };
  const isLive = out.isTTY && !context.quiet && context.env['TERM'] !== 'dumb';
  return isLive ? livePlanner(out, () => context.now()) : feedPlanner(out, context.quiet);
}

/** What Claude would be told. */
interface Told {
  /** The plan's name. */
  readonly id: string;
  readonly file: string;
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
}

/** Prints what Claude would be told, and nothing else happens. */
export function printTold(context: CommandContext, told: Told): ExitCode {
  if (context.json) writeJson(context, { version: 1, ...told });
  else {
    const lines: Line[] = outputLines(`${told.system}\n\n${'─'.repeat(20)}\n\n${told.prompt}`).map((line) => [s(line)]);
    const end = `${oneLine(told.model)} would be told this, and could read the repository. Nothing was asked, and nothing was written.`;
    lines.push([], [s(end, 'dim')]);
    context.out.write(paintLines(lines, context.out.color));
  }
  return EXIT.done;
}

/** 2 is the environment's: with another key, or later, the same words do it. */
export const EXIT_OF: Readonly<Record<PlannerOutcome, ExitCode>> = {
  abandoned: EXIT.done,
  cancelled: EXIT.failed,
  no_plan: EXIT.failed,
  unusable: EXIT.failed,
  too_long: EXIT.failed,
  refused: EXIT.failed,
  budget: EXIT.usage,
  auth: EXIT.usage,
  rate_limited: EXIT.usage,
  unreachable: EXIT.usage,
  bad_request: EXIT.usage,
};
