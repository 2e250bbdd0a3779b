/** A text that a person gives a command: a file, or standard input. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError, type CommandContext } from './context.ts';

/** Largest text that is taken, in bytes: what people write is far below it. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** A pipe that says nothing for so long is open by accident: whoever started us has forgotten it. */
const MAX_SILENCE_MS = 10_000;

/** What is piped into a command that did not ask for it: taken where it comes, and never waited for without end. */
export async function readPiped(context: CommandContext): Promise<string> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), MAX_SILENCE_MS);
  const text = await context.readInput(silence.signal);
  clearTimeout(timer);
  if (silence.signal.aborted)
    throw new CommandError(
      `Standard input is open, and did not end within ${MAX_SILENCE_MS / 1_000} seconds. Say "--file -" to wait for it, or give it none: </dev/null`,
    );
  return bounded('Standard input', text);
}

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
  return bounded(from, text);
}

function bounded(from: string, text: string): string {
  if (Buffer.byteLength(text) > MAX_SOURCE_BYTES)
    throw new CommandError(`${from} is larger than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB, too large for a plan.`);
  return text;
}
