/** `plans mcp`: tools and resources for clients of the Model Context Protocol, on standard input and output. */
import { resolve } from 'node:path';
import { EXIT, type Command } from './context.ts';

/** Serves until the client goes, or a signal comes. */
export const mcp: Command = async (context, input) => {
  const { cwd, env, version, err } = context;
  // Where a person has typed it, nothing would seem to happen.
  if (context.ask !== undefined)
    err.write('This is for programs, which speak MCP on standard input. To give it to Claude Code: claude mcp add plans -- plans mcp\n');
  const connected = await context.connect({
    folders: input.arguments.map((folder) => resolve(cwd, folder)),
    cwd,
    env,
    version,
    readOnly: input.flag('read-only'),
    notice: (text) => err.write(`${text}\n`),
  });
  const signalled = new Promise<void>((ended) => {
    const stopListening = context.onSignal(() => {
      stopListening();
      ended();
    });
  });
  await Promise.race([connected.ended, signalled]);
  await connected.close();
  return EXIT.done;
};
