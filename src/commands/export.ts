/** `plans export`: everything, as one JSON document. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError, EXIT, type Command } from './context.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { count } from './terminal/text.ts';

/** Prints or writes the export. */
export const exportAll: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { exportState } = await import('../engine/export.ts');
    const state = await exportState(workspace);
    const out = input.text('out');
    if (out === undefined || out === '-') {
      writeJson(context, state);
      return EXIT.done;
    }
    try {
      await writeFile(resolve(context.cwd, out), `${JSON.stringify(state, null, 2)}\n`);
    } catch (error) {
      throw new CommandError(`${out} could not be written: ${error instanceof Error ? error.message : String(error)}.`);
    }
    if (!context.quiet) context.err.write(`${out}: ${count(state.plans.length, 'plan')}\n`);
    return EXIT.done;
  });
