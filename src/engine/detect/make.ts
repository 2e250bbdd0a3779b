/** Gates from a Makefile, and which of the other findings they replace. */
import { detected, type DetectedGate, type Kind, type Project } from './project.ts';

const FILES = ['GNUmakefile', 'makefile', 'Makefile'];

const TARGETS: readonly (readonly [Kind, readonly string[]])[] = [
  ['types', ['typecheck', 'types']],
  ['lint', ['lint']],
  ['test', ['test', 'check', 'tests']],
  ['build', ['build']],
];

/** A target that is worth a gate, with what its recipe runs. */
export interface MakeTarget {
  readonly gate: DetectedGate;
  readonly recipe: string;
}

/** Of each kind the first target that the Makefile has. */
export function detectMake(project: Project): readonly MakeTarget[] {
  const file = FILES.find((name) => project.has(name));
  if (file === undefined) return [];
  const recipes = parseRecipes(project.text(file));
  return TARGETS.flatMap(([kind, names]) => {
    const name = names.find((target) => recipes.has(target));
    if (name === undefined) return [];
    return [{ gate: detected(kind, `make-${name}`, `make ${name}`, `${file}, target "${name}"`), recipe: recipes.get(name) ?? '' }];
  });
}

/**
 * A Makefile often only wraps what was found already. Where its recipe calls a package manager, the script
 * itself says more, and the target is left out; where it calls a tool directly, the target is the
 * authors' own way to run it, and replaces the plain command.
 */
export function mergeMake(found: readonly DetectedGate[], targets: readonly MakeTarget[]): readonly DetectedGate[] {
  let kept = found;
  const added: DetectedGate[] = [];
  for (const { gate, recipe } of targets) {
    const sameKind = kept.filter(({ kind }) => kind === gate.kind);
    if (sameKind.length > 0 && /\b(?:npm|npx|pnpm|yarn|bun)\b/.test(recipe)) continue;
    // Built from the command's words: `go test ./...` is recognised in `go test -race ./...`.
    kept = kept.filter((other) => other.kind !== gate.kind || !callsTool(recipe, other.gate.run));
    added.push(gate);
  }
  return [...kept, ...added];
}

function callsTool(recipe: string, run: string): boolean {
  const words = run
    .replace(/^(?:uv|poetry|pdm|pipenv) run /, '')
    .replace(/^python3? -m /, '')
    .split(' ');
  const [program, subcommand] = words;
  if (program === undefined) return false;
  const call = program === 'cargo' || program === 'go' ? `${program} ${subcommand ?? ''}` : program;
  return recipe.includes(call);
}

function parseRecipes(text: string): Map<string, string> {
  const recipes = new Map<string, string>();
  let current: readonly string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('\t')) {
      for (const name of current) recipes.set(name, `${recipes.get(name) ?? ''}${line.trim()}\n`);
      continue;
    }
    const rule = /^([\w.-]+(?:\s+[\w.-]+)*)\s*::?(?![:=])/.exec(line);
    if (rule === null) {
      if (line.trim() !== '' && !line.startsWith('#')) current = [];
      continue;
    }
    current = (rule[1] ?? '').split(/\s+/).filter((name) => !name.startsWith('.'));
    for (const name of current) if (!recipes.has(name)) recipes.set(name, '');
  }
  return recipes;
}
