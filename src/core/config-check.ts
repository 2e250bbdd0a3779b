/** A config as somebody wrote it → the config, or sentences that say what is wrong and where. */
import type { z } from 'zod';
import { AgentProfile, BudgetConfig, ClaudeConfig, Config, GateConfig, PriceConfig } from './config.ts';
import { suggest } from './suggest.ts';

/** The effective config, or one sentence per problem. */
export type ConfigCheck = { readonly config: Config } | { readonly problems: readonly string[] };

type Path = readonly PropertyKey[];

/** Longer values are cut in a message. Characters. */
const MAX_SHOWN = 60;

/**
 * Validates what stands in a config file. Keys that begin with `x-` are the author's own and are left
 * out. `builtInAgents` are the names that `agent` may use besides the profiles in `agents`.
 */
export function checkConfig(value: unknown, builtInAgents: readonly string[]): ConfigCheck {
  const parsed = Config.safeParse(withoutOwnKeys(value));
  if (!parsed.success) return { problems: firstOfEachPath(parsed.error.issues).flatMap((issue) => issueSentences(issue, value)) };
  const problems = [...duplicateGates(parsed.data), ...unknownAgent(parsed.data, builtInAgents)];
  return problems.length > 0 ? { problems } : { config: parsed.data };
}

/** A value of the wrong type can fail the checks on its size as well: one sentence is enough. */
function firstOfEachPath(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const path = pathText(issue.path);
    const known = seen.has(path);
    seen.add(path);
    return !known;
  });
}

function withoutOwnKeys(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const config = drop(value);
  if (isRecord(config['qa'])) {
    const qa = drop(config['qa']);
    config['qa'] = qa;
    if (Array.isArray(qa['gates'])) qa['gates'] = qa['gates'].map((gate: unknown) => (isRecord(gate) ? drop(gate) : gate));
  }
  const agents = config['agents'];
  if (isRecord(agents)) {
    // The keys here are names of profiles, which may begin with "x-".
    config['agents'] = Object.fromEntries(
      Object.entries(agents).map(([name, profile]) => [name, isRecord(profile) ? drop(profile) : profile]),
    );
  }
  return config;
}

function drop(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith('x-')));
}

function duplicateGates(config: Config): string[] {
  const first = new Map<string, number>();
  const problems: string[] = [];
  for (const [index, { name }] of config.qa.gates.entries()) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else problems.push(`qa.gates[${index}].name: "${name}" is already the name of qa.gates[${earlier}]. Give each gate its own name.`);
  }
  return problems;
}

function unknownAgent(config: Config, builtIn: readonly string[]): string[] {
  const known = [...new Set([...Object.keys(config.agents), ...builtIn])];
  if (config.agent === undefined || known.includes(config.agent)) return [];
  const list = known.length > 0 ? `one of ${known.join(', ')}` : 'a name in "agents"';
  return [
    `agent: found "${config.agent}", expected ${list}${didYouMean(config.agent, known) ?? ', or a profile of that name in "agents".'}`,
  ];
}

function issueSentences(issue: z.core.$ZodIssue, root: unknown): string[] {
  const path = pathText(issue.path);
  const at = path === '' ? '' : `${path}: `;
  const found = valueAt(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => {
      const hint = didYouMean(key, known) ?? `; expected one of ${known.join(', ')}.`;
      return `${pathText([...issue.path, key])}: unknown key${hint}`;
    });
  }
  if (issue.code === 'invalid_key') {
    const name = String(issue.path.at(-1));
    return [
      `${at}found the name "${name}", expected lower-case letters, digits and "-", beginning with a letter or a digit, at most 40 characters.`,
    ];
  }
  if (found === undefined) return [`${at}is missing; expected ${expected(issue)}.`];
  const isText = issue.code === 'invalid_type' && issue.expected === 'string' && (typeof found === 'boolean' || typeof found === 'number');
  return [`${at}found ${shown(found)}, expected ${expected(issue)}${isText ? `: write it in quotes, "${found}"` : ''}.`];
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      return issue.origin === 'array' ? 'at least one entry' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    default:
      // `invalid_format` above all: those messages are written beside the patterns.
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

/** Keys of the groups that have no group within. */
const SHAPES = {
  claude: ClaudeConfig.shape,
  commit: Config.shape.commit.unwrap().shape,
  worktree: Config.shape.worktree.unwrap().shape,
  remote: Config.shape.remote.unwrap().shape,
  ci: Config.shape.ci.unwrap().shape,
};

function knownKeys(path: Path): string[] {
  const [top, second] = path;
  if (top === undefined) return Object.keys(Config.shape);
  if (top === 'agents') return Object.keys(AgentProfile.shape);
  if (top === 'claude' || top === 'commit' || top === 'worktree' || top === 'remote' || top === 'ci') return Object.keys(SHAPES[top]);
  if (top === 'budget') return second === undefined ? Object.keys(BudgetConfig.shape) : ['usd', 'tokens'];
  if (top === 'prices') return Object.keys(path[2] === 'longPrompt' ? PriceConfig.shape.longPrompt.unwrap().shape : PriceConfig.shape);
  return second === 'gates' ? Object.keys(GateConfig.shape) : ['gates', 'onWeakened'];
}

function didYouMean(word: string, known: readonly string[]): string | null {
  const near = suggest(word, known);
  return near === null ? null : `; did you mean "${near}"?`;
}

/** `qa.gates[0].run`. */
function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a group of keys';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'nothing');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
