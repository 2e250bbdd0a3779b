/** `plans serve`: the HTTP API, live events and the dashboard, for one repository or several. */
import { resolve } from 'node:path';
import { CommandError, EXIT, type Command } from './context.ts';
import { writeJson } from './reading.ts';

const PORT = 4280;
const MAX_PORT = 65_535;

/** Serves until a signal comes. */
export const serve: Command = async (context, input) => {
  const { cwd, env, version, out, err } = context;
  const serving = await context.serve({
    folders: input.arguments.map((folder) => resolve(cwd, folder)),
    cwd,
    env,
    version,
    host: input.text('host') ?? '127.0.0.1',
    port: readPort(input.text('port')),
    hosts: input.all('allow-host'),
    guarded: input.flag('token'),
    notice: (text) => err.write(`${text}\n`),
  });
  const { url, repositories, newToken } = serving;
  if (context.json) writeJson(context, { version: 1, url, repositories, token: newToken });
  else {
    out.write(`${url}\n`);
    if (!context.quiet) for (const { id, root } of repositories) out.write(`  ${id}  ${root}\n`);
    if (newToken !== null)
      out.write(`Token, shown this once (sign in at ${url}/login, or send "Authorization: Bearer TOKEN"):\n  ${newToken}\n`);
  }
  await new Promise<void>((ended) => {
    const stopListening = context.onSignal(() => {
      stopListening();
      ended();
    });
  });
  await serving.close();
  return EXIT.done;
};

function readPort(text: string | undefined): number {
  if (text === undefined) return PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new CommandError(`--port cannot be "${text}"; it is a whole number from 0 (any that is free) to ${MAX_PORT}.`);
}
