/** `plans version`. */
import { EXIT, type Command } from './context.ts';

/** Prints the version; with `--json`, what it runs on as well. */
export const version: Command = async (context) => {
  const facts = { version: context.version, node: process.versions.node, platform: process.platform, arch: process.arch };
  context.out.write(context.json ? `${JSON.stringify(facts)}\n` : `${context.version}\n`);
  return EXIT.done;
};
