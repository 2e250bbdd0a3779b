/** Gates from package.json: the scripts that check, run by the package manager whose lock file is there. */
import { detected, type DetectedGate, type Findings, type Kind, type Project } from './project.ts';

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';
type Scripts = Readonly<Record<string, string>>;

/** Of each kind the first script that can serve is taken. */
const CANDIDATES: readonly (readonly [Kind, readonly string[]])[] = [
  ['format', ['format:check', 'format-check', 'check:format', 'fmt:check', 'check-format', 'prettier:check']],
  ['types', ['typecheck', 'type-check', 'types', 'check-types', 'check:types', 'types:check', 'tsc']],
  ['lint', ['lint', 'lint:check', 'check:lint', 'eslint']],
  ['test', ['test', 'test:ci', 'test:unit', 'unit', 'tests']],
  ['build', ['build']],
];

const LOCKS: Readonly<Record<string, Manager>> = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};

/** What package.json suggests. */
export function detectNode(project: Project): Findings {
  const manifest = parseManifest(project.text('package.json'));
  if (manifest === null) {
    return {
      gates: [],
      notes: project.has('package.json') ? ['package.json could not be read as JSON: its scripts were not looked at.'] : [],
    };
  }
  const manager = managerOf(project, manifest.packageManager);
  const gates: DetectedGate[] = [];
  const notes: string[] = [];
  for (const [kind, names] of CANDIDATES) {
    for (const name of names) {
      const script = manifest.scripts[name];
      if (script === undefined || script.includes('no test specified')) continue;
      const use = judge(manager, name, manifest.scripts);
      if ('refused' in use) {
        notes.push(`package.json, script "${name}" is not proposed: ${use.refused}`);
        continue;
      }
      gates.push(detected(kind, name.replaceAll(/[^a-z0-9]+/g, '-'), use.run, `package.json, script "${name}"`));
      break;
    }
  }
  if (!gates.some(({ kind }) => kind === 'types') && canCheckTypes(project, manifest.dependencies)) {
    gates.push(detected('types', 'types', `${exec(manager)} tsc --noEmit`, 'tsconfig.json'));
  }
  const several = manifest.hasWorkspaces || project.has('pnpm-workspace.yaml');
  if (several && !gates.some(({ kind }) => kind === 'test')) {
    notes.push(`There are workspaces and no script in package.json that tests all of them: add a gate, such as \`${EACH[manager]}\`.`);
  }
  return { gates, notes };
}

/** A script of each workspace that has it. */
const EACH: Readonly<Record<Manager, string>> = {
  npm: 'npm test --workspaces --if-present',
  pnpm: 'pnpm -r --if-present test',
  yarn: 'yarn workspaces foreach --all run test',
  bun: "bun run --filter '*' test",
};

interface Manifest {
  readonly scripts: Scripts;
  readonly dependencies: ReadonlySet<string>;
  readonly packageManager: string;
  readonly hasWorkspaces: boolean;
}

function parseManifest(text: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(text);
    const scripts = Object.entries(group(value, 'scripts')).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const dependencies = ['dependencies', 'devDependencies'].flatMap((key) => Object.keys(group(value, key)));
    const packageManager = typeof value === 'object' && value !== null ? String(Reflect.get(value, 'packageManager')) : '';
    const hasWorkspaces = typeof value === 'object' && value !== null && Reflect.has(value, 'workspaces');
    return { scripts: Object.fromEntries(scripts), dependencies: new Set(dependencies), packageManager, hasWorkspaces };
  } catch {
    return null;
  }
}

function group(value: unknown, key: string): object {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'object' && found !== null ? found : {};
}

/** The lock file decides; where there is none, or several of them, the `packageManager` field does. */
function managerOf(project: Project, field: string): Manager {
  const locked = new Set(Object.entries(LOCKS).flatMap(([file, manager]) => (project.has(file) ? [manager] : [])));
  const [only] = locked;
  if (only !== undefined && locked.size === 1) return only;
  const named = /^(npm|pnpm|yarn|bun)@/.exec(field)?.[1];
  return named === 'npm' || named === 'pnpm' || named === 'yarn' || named === 'bun' ? named : (only ?? 'npm');
}

function exec(manager: Manager): string {
  return { npm: 'npx --no-install', pnpm: 'pnpm exec', yarn: 'yarn run', bun: 'bun run' }[manager];
}

/** A root that only refers to other projects checks nothing with `tsc --noEmit`. */
function canCheckTypes(project: Project, dependencies: ReadonlySet<string>): boolean {
  return dependencies.has('typescript') && project.has('tsconfig.json') && !project.text('tsconfig.json').includes('"references"');
}

/** How a script can be run once, to its end, without changing files; or why it cannot. */
function judge(manager: Manager, name: string, scripts: Scripts): { readonly run: string } | { readonly refused: string } {
  const script = scripts[name] ?? '';
  const all = expand(script, scripts);
  const plain = name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`;
  if (REWRITES.test(all)) return { refused: `it rewrites files ("${script}"), and a gate must only look.` };
  const vitest = /^vitest(?:\s+(?:watch|dev))?((?:\s+[\w@./:=-]+)*)$/.exec(script.trim());
  if (vitest !== null && !/\s(?:run|bench|list|related|init|--run)(?:\s|$)/.test(script)) {
    const rest = (vitest[1] ?? '').replaceAll(/\s(?:--watch|-w)(?=\s|$)/g, '');
    return { run: `${exec(manager)} vitest run${rest}` };
  }
  if (/\breact-scripts test\b/.test(all) && !/\bCI=|--watchAll=false/.test(all)) return { run: `CI=true ${plain}` };
  if (/\bng test\b/.test(all) && !/--(?:no-watch|watch=false)/.test(all)) {
    return script.trim().startsWith('ng test') && !/[&|;]/.test(script)
      ? { run: `${plain}${manager === 'npm' ? ' --' : ''} --watch=false` }
      : { refused: `it waits for changes ("${script}") and never ends.` };
  }
  if (WATCHES.some((pattern) => pattern.test(all))) return { refused: `it waits for changes ("${script}") and never ends.` };
  return { run: plain };
}

const REWRITES = /(?:^|\s)--(?:fix|write)(?:\s|$)|\bprettier\b[^&|;]*\s-w(?:\s|$)|\bgofmt -w\b/;

const WATCHES: readonly RegExp[] = [
  /(?:^|\s)--watch(?:All)?(?:=true)?(?:\s|$)/,
  /\b(?:tsc|mocha|ava|jest|vitest|rollup|webpack|esbuild|tsup)\b[^&|;]*\s-w(?:\s|$)/,
  /\bvitest\s+(?:watch|dev)\b/,
  // Vitest at the end of a longer script: it watches wherever it finds a terminal.
  /(?:&&|;|^)\s*(?:[A-Z_]+=\S+\s+|cross-env\s+)*vitest\s*(?:$|&&|;)/,
  /\b(?:nodemon|onchange|chokidar|tsx watch|webpack serve|next dev)\b/,
  /\bkarma start\b(?![^&|;]*--single-run)/,
];

/** Deeper chains of scripts that call scripts are not followed. */
const MAX_DEPTH = 4;

/** The script with the scripts it calls put in, so that a watcher behind `npm run test:watch` is seen. */
function expand(script: string, scripts: Scripts, depth = 0): string {
  if (depth >= MAX_DEPTH) return script;
  return script.replaceAll(/\b(?:npm|pnpm|yarn|bun)(?:\s+run)?\s+([\w:.-]+)/g, (call, name: string) => {
    const called = scripts[name];
    return called === undefined ? call : expand(called, scripts, depth + 1);
  });
}
