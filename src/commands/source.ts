/** A text that a person gives a command: a file, or standard input. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError, type CommandContext } from './context.ts';

/** Largest text that is taken, in bytes: what people write is far below it. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** The text of `from`: a file, or `-` for standard input. `option` is what named it, for the sentence that says why it cannot be read. */
export async function readSource(context: CommandContext, option: string, from: string): Promise<string> {
  let text: string;
  try {
    text = from === '-' ? await context.readInput() : await readFile(resolve(context.cwd, from), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `the system says ${code}`;
    throw new CommandError(`${from} cannot be read: ${why}. ${option} takes a Markdown file, or - for standard input.`);
  }
  if (Buffer.byteLength(text) > MAX_SOURCE_BYTES)
    throw new CommandError(`${from} is larger than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB, too large for a plan.`);
  return text;
}
