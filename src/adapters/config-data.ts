/** The config of a commit, read as data: nothing of the repository is run, whoever wrote it. */
import { extname } from 'node:path';
import type { Config } from '../core/config.ts';
import { CODE, CONFIG_FILES, DEFAULT_CONFIG, digestOf, firstLines, listed, PACKAGE, parseData } from './config.ts';
import type { ConfigProblems, LoadedConfig } from './config.ts';
import type { Git } from './git/git.ts';

/** A config that says what it says only when it is run, and is not run here. */
export interface ConfigCode {
  /** The file's name in the root. */
  readonly code: string;
}

/** Longest config that is read. Bytes. */
const MAX_BYTES = 1_048_576;

/**
 * Reads the config that a commit has in its root, without a checkout. A config that is code, or builds on another file, is not evaluated: the
 * answer names it. Never throws for what a config says.
 */
export async function readConfigAt(git: Git, commit: string): Promise<LoadedConfig | ConfigProblems | ConfigCode> {
  const files = await git.filesIn(commit, '');
  const texts = new Map<string, string>();
  for (const name of CONFIG_FILES) {
    const text = await textIn(git, files.get(name));
    if (text !== null && (name !== PACKAGE || hasPlansKey(text))) texts.set(name, text);
  }
  const [[file, text] = [], other] = texts;
  if (file === undefined || text === undefined) return { config: DEFAULT_CONFIG, file: null, digest: digestOf(DEFAULT_CONFIG) };
  if (other !== undefined)
    return {
      problems: [`Found ${texts.size} configs: ${listed([...texts.keys()])}. Keep one of them; plans does not guess which one holds.`],
    };
  if (CODE.some((extension) => extension === extname(file))) return { code: file };
  return readText(file, text);
}

async function readText(file: string, text: string): Promise<LoadedConfig | ConfigProblems | ConfigCode> {
  const problem = (words: string): ConfigProblems => ({ problems: [`${file}: could not be read: ${words}`] });
  if (text.length > MAX_BYTES) return problem(`it has ${text.length} characters; more than ${MAX_BYTES} are not read.`);
  const [{ isBounded }, { checkConfig }, { BUILT_IN_AGENTS }] = await Promise.all([
    import('../core/yaml-block.ts'),
    import('../core/config-check.ts'),
    import('./agents/names.ts'),
  ]);
  const isJson = extname(file) === '.json';
  if (!isJson && !isBounded(text)) return problem('it is larger than 64 KiB or nested deeper than 32 levels.');
  let value: unknown;
  try {
    value = file === PACKAGE ? Reflect.get(JSON.parse(text), 'plans') : await parseData(file, text);
  } catch (error) {
    return problem(firstLines(error));
  }
  if (typeof value === 'object' && value !== null && '$import' in value) return { code: file };
  const checked = checkConfig(value, BUILT_IN_AGENTS);
  if ('problems' in checked) return { problems: checked.problems.map((each) => `${file}: ${each}`) };
  const config: Config = checked.config;
  return { config, file, digest: digestOf(config) };
}

async function textIn(git: Git, blob: string | undefined): Promise<string | null> {
  const bytes = blob === undefined ? null : await git.readBlob(blob);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function hasPlansKey(text: string): boolean {
  try {
    return text.includes('"plans"') && Object.hasOwn(JSON.parse(text), 'plans');
  } catch {
    return false;
  }
}
