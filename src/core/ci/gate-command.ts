/** What a gate's command runs of the repository, as far as the command names it: files, and scripts of `package.json`. */
import type { GateConfig } from '../config.ts';

type Gates = readonly Pick<GateConfig, 'run'>[];

/** Programs that run a script of `package.json`, with or without `run` before its name. */
const RUNNERS: ReadonlySet<string> = new Set(['npm', 'pnpm', 'yarn', 'bun']);
/** Words between such a program and the script's name. */
const BETWEEN: ReadonlySet<string> = new Set(['run', 'run-script']);
/** What `npm t` means. */
const SHORT: Readonly<Record<string, string>> = { t: 'test', tst: 'test' };
/** Files that a program reads without their being named. */
const IMPLIED: readonly (readonly [program: string, file: RegExp])[] = [
  ['make', /^(?:gnu)?makefile$/i],
  ['gmake', /^(?:gnu)?makefile$/i],
  ['just', /^\.?justfile$/i],
];

/** Whether a gate names the file at a path, or runs a program that reads it. */
export function gateFiles(gates: Gates, path: string): boolean {
  return gates.some(({ run }) => {
    const words = wordsOf(run);
    return words.some((word) => word === path) || IMPLIED.some(([program, file]) => words.includes(program) && file.test(path));
  });
}

/** Names of the scripts of `package.json` that gates run. */
export function gateScripts(gates: Gates): readonly string[] {
  const found = gates.flatMap(({ run }) => {
    const words = wordsOf(run);
    return words.flatMap((word, at) => (RUNNERS.has(word) ? scriptAfter(words, at) : []));
  });
  return [...new Set(found)];
}

function scriptAfter(words: readonly string[], at: number): readonly string[] {
  const name = words.slice(at + 1).find((word) => !word.startsWith('-') && !BETWEEN.has(word));
  return name === undefined ? [] : [SHORT[name] ?? name];
}

function wordsOf(command: string): readonly string[] {
  return command
    .split(/[\s;&|"'()<>`]+/)
    .map((word) => word.replace(/^\.\//, ''))
    .filter((word) => word !== '');
}
