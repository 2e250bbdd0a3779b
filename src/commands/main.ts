/** A command line from words to exit code. */
import { resolve } from 'node:path';
import { remedyOf } from '../core/machine.ts';
import { CommandError, EXIT, type CommandContext, type ExitCode, type Programs } from './context.ts';
import { parseCall, type Call } from './parse.ts';
import { processContext } from './process.ts';

/** Runs the process's command line. `programs` are what commands start that is not theirs. */
export async function main(from: typeof process, version: string, programs: Programs): Promise<ExitCode> {
  const argv = from.argv.slice(2);
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete.ts');
    const { out } = processContext(from, { cwd: from.cwd(), json: false, quiet: false, color: false, version, ...programs });
    for (const line of await complete(argv.slice(1), from.cwd())) out.write(`${line}\n`);
    return EXIT.done;
  }
  return await runCommandLine(argv, (given) =>
    processContext(from, { ...given, cwd: given.cwd === undefined ? from.cwd() : resolve(from.cwd(), given.cwd), version, ...programs }),
  );
}

/** What the global options say about the world. */
export interface GlobalChoice {
  readonly cwd: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** Runs one command line in a world that `world` makes from the global options. A user's mistake ends as a sentence and a code. */
export async function runCommandLine(argv: readonly string[], world: (choice: GlobalChoice) => CommandContext): Promise<ExitCode> {
  let context = world({ cwd: undefined, json: argv.includes('--json'), quiet: false, color: !argv.includes('--no-color') });
  try {
    const { command, topic, input }: Call = parseCall(argv);
    const cwd = input.text('cwd');
    if (cwd !== undefined || input.flag('quiet')) {
      context = world({ cwd, json: input.flag('json'), quiet: input.flag('quiet'), color: !input.flag('no-color') });
    }
    if (command === undefined || input.flag('help')) {
      const { printHelp } = await import('./help.ts');
      printHelp(context, topic);
      // A bare `plans` did nothing that was asked for, yet it is how people look around: it is no mistake.
      return EXIT.done;
    }
    const run = await command.load();
    return await run(context, input);
  } catch (error) {
    const told = expected(error);
    if (told === undefined) throw error;
    if (context.json) context.out.write(`${JSON.stringify({ error: { message: told.message } })}\n`);
    else context.err.write(`plans: ${told.message}\n`);
    return told.exitCode;
  }
}

/** Errors whose message was written for a person. The classes live in rings further in and are loaded only with what throws them. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['Problem', 'GitUnavailable', 'GitUnsupported']);

function expected(error: unknown): { message: string; exitCode: ExitCode } | undefined {
  if (error instanceof CommandError) return error;
  if (error instanceof Error && FOR_PEOPLE.has(error.name)) return { message: error.message, exitCode: EXIT.usage };
  const remedy = remedyOf(error);
  if (error instanceof Error && remedy !== null)
    return { message: `The system says ${error.message}. ${remedy} Then run this again.`, exitCode: EXIT.usage };
  return undefined;
}
