/**
 * Finds and loads the config of a repository. A command that needs nothing but the defaults pays for one
 * directory listing: the validator, cosmiconfig and the YAML reader are imported once a file is found.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loaders } from 'cosmiconfig';
import { DEFAULT_SUBJECT } from '../core/commit-subject.ts';
import type { Config } from '../core/config.ts';

/** Files that are run to be read. */
export const CODE = ['.ts', '.mts', '.js', '.mjs', '.cjs'] as const;
const DATA = ['.json', '.yaml', '.yml'] as const;
export const PACKAGE = 'package.json';

/** Every place a config can stand, in the repository's root. `package.json` counts when it has a `plans` key. */
export const CONFIG_FILES: readonly string[] = [
  ...[...CODE, ...DATA].map((extension) => `plans.config${extension}`),
  '.plansrc',
  ...[...DATA, ...CODE].map((extension) => `.plansrc${extension}`),
  PACKAGE,
];

/** What holds where no config file says otherwise: `Config.parse({})`, written out so that zod need not be loaded for it. */
export const DEFAULT_CONFIG: Config = {
  plans: 'plans',
  agents: {},
  claude: { model: 'claude-sonnet-5-5', maxTokens: 32_000 },
  maxConcurrency: 4,
  worktree: { timeout: '15m' },
  maxAttempts: 3,
  timeout: '30m',
  idleTimeout: '10m',
  progressTimeout: '20m',
  budget: {
    attempt: { usd: 10, tokens: 20_000_000 },
    task: { usd: 20, tokens: 40_000_000 },
    plan: { usd: 200, tokens: 400_000_000 },
    day: { usd: 300, tokens: 600_000_000 },
  },
  prices: {},
  retryFrom: 'attempt',
  commit: { message: 'plan', subject: DEFAULT_SUBJECT },
  qa: { gates: [], onWeakened: 'flag' },
  env: [],
  ci: { publish: 'pull-request' },
  sandbox: { use: 'off', domains: [], writable: [] },
  redact: [],
};

/** A config that holds. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file's name in the repository's root; null where there is none and the defaults hold. */
  readonly file: string | null;
  /** SHA-256, in hex, of the effective config: equal digests mean equal behaviour. */
  readonly digest: string;
}

/** A config that cannot be used, with one sentence per problem, each beginning with the file's name. */
export interface ConfigProblems {
  readonly problems: readonly string[];
}

/** Loads the config of the repository at `root`. Looks there only, never above. Never throws for what a config says. */
export async function loadConfig(root: string): Promise<LoadedConfig | ConfigProblems> {
  const found = await findConfigs(root);
  const [file, other] = found;
  if (file === undefined) return { config: DEFAULT_CONFIG, file: null, digest: digestOf(DEFAULT_CONFIG) };
  if (other !== undefined) {
    return { problems: [`Found ${found.length} configs: ${listed(found)}. Keep one of them; plans does not guess which one holds.`] };
  }
  let value: unknown;
  try {
    value = await readConfig(root, file);
  } catch (error) {
    return { problems: [`${file}: could not be read: ${firstLines(error)}`] };
  }
  const [{ checkConfig }, { BUILT_IN_AGENTS }] = await Promise.all([import('../core/config-check.ts'), import('./agents/names.ts')]);
  const checked = checkConfig(value, BUILT_IN_AGENTS);
  if ('problems' in checked) return { problems: checked.problems.map((problem) => `${file}: ${problem}`) };
  return { config: checked.config, file, digest: digestOf(checked.config) };
}

/** Names of the config files in `root`, in the order of {@link CONFIG_FILES}. More than one is a mistake. */
async function findConfigs(root: string): Promise<string[]> {
  const names = new Set(await readdir(root));
  const found: string[] = [];
  for (const file of CONFIG_FILES) {
    if (names.has(file) && (file !== PACKAGE || (await hasPlansKey(join(root, file))))) found.push(file);
  }
  return found;
}

async function hasPlansKey(file: string): Promise<boolean> {
  try {
    const text = await readFile(file, 'utf8');
    // Most package.json files never name it: a search is cheaper than a parse.
    return text.includes('"plans"') && Object.hasOwn(JSON.parse(text), 'plans');
  } catch {
    // A package.json that npm cannot read either says nothing about plans.
    return false;
  }
}

async function readConfig(root: string, file: string): Promise<unknown> {
  const path = join(root, file);
  if (file === PACKAGE) return Reflect.get(JSON.parse(await readFile(path, 'utf8')), 'plans');
  if (!CODE.some((extension) => extension === extname(file))) {
    const value = await parseData(path, await readFile(path, 'utf8'));
    // `$import` is cosmiconfig's: one config that builds on another. Without it, data costs no more than its own reader.
    if (!(typeof value === 'object' && value !== null && '$import' in value)) return value;
  }
  const { cosmiconfig } = await import('cosmiconfig');
  const explorer = cosmiconfig('plans', { searchPlaces: [...CONFIG_FILES], stopDir: root, cache: false, loaders: LOADERS });
  const result = await explorer.load(path);
  return result?.config ?? {};
}

async function importDefault(path: string, content: string): Promise<unknown> {
  // Node's own loader, its type stripping included. The query makes an edited file a new module for a process that lives on.
  const url = `${pathToFileURL(path).href}?${hex(content)}`;
  const format = { '.ts': 'module-typescript', '.js': 'module' }[extname(path)];
  // Where package.json has no "type", Node finds out by itself what the file is, but warns on every start that it had to.
  const isModule = format !== undefined && /^\s*export\s+default\b/m.test(content);
  const hooks = isModule
    ? registerHooks({ load: (name, context, next) => next(name, name === url ? { ...context, format } : context) })
    : null;
  try {
    const module: unknown = await import(url);
    const value: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
    if (value === undefined) throw new Error('it has no default export. Write "export default { … }".');
    return value;
  } finally {
    hooks?.deregister();
  }
}

/** A file that is empty, or holds nothing but comments, leaves everything at its default. */
export async function parseData(path: string, content: string): Promise<unknown> {
  const text = content.replace(/^\uFEFF/, '');
  if (text.trim() === '') return {};
  if (extname(path) === '.json') return JSON.parse(text);
  const { parse } = await import('yaml');
  const value: unknown = parse(text);
  return value ?? {};
}

const LOADERS: Loaders = {
  ...Object.fromEntries(CODE.map((extension) => [extension, importDefault])),
  ...Object.fromEntries(DATA.map((extension) => [extension, parseData])),
  // `.plansrc` is YAML, and so JSON as well.
  noExt: parseData,
};

/** Long enough for the excerpt with which the YAML reader shows the place; lines. */
const MAX_ERROR_LINES = 6;

export function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').slice(0, MAX_ERROR_LINES).join('\n');
}

export function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

export function digestOf(config: Config): string {
  return hex(JSON.stringify(config));
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
