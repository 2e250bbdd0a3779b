/**
 * `npm run demo`: copies this folder to a temporary one, makes a git repository of it, and carries out a plan
 * there with the built command. No key, no network.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PLAN = 'split-the-bill';
const here = import.meta.dirname;
const cli = join(here, '..', 'dist', 'cli.js');

if (!existsSync(cli)) {
  console.error('The command is not built yet: run "npm ci" (or "npm run build") first.');
  process.exit(1);
}

const folder = join(mkdtempSync(join(tmpdir(), 'plans-demo-')), 'fair-share');
cpSync(here, folder, { recursive: true, filter: (path) => basename(path) !== 'demo.ts' });

// An identity of its own, and neither signing nor hooks of yours: the demo must not ask for a passphrase.
git('init', '-q', '-b', 'main');
for (const [key, value] of [
  ['user.name', 'Plans demo'],
  ['user.email', 'demo@example.com'],
  ['commit.gpgsign', 'false'],
  ['core.hooksPath', '.git/hooks'],
]) {
  git('config', key ?? '', value ?? '');
}
git('add', '-A');
git('commit', '-q', '-m', 'A small project, and plans for it');
git('tag', 'start');

say(`plans run ${PLAN}`);
const run = spawnSync(process.execPath, [cli, 'run', PLAN, '--yes'], { cwd: folder, stdio: 'inherit' });

say('git log --stat');
git('--no-pager', 'log', '--stat', '--format=%C(auto)%h %s', 'start..HEAD');

say(`plans/${PLAN}.plan.md`);
const lines = readFileSync(join(folder, 'plans', `${PLAN}.plan.md`), 'utf8').split('\n');
console.log(lines.filter((line) => /^(?:status:|#|- \[)/.test(line)).join('\n'));

say('The repository is yours to look at');
console.log(`  cd ${folder}
  alias plans='"${process.execPath}" "${cli}"'  # the command that was built here
  git log                    # each commit with its evidence as trailers
  plans run release          # a plan with a pause, to go on with
`);

if (run.error !== undefined) console.error(`The command could not be started: ${run.error.message}`);
process.exitCode = run.status ?? 1;

function git(...args: string[]): void {
  const { status, error } = spawnSync('git', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) {
    console.error(`The demo needs git: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

function say(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(2, 76 - text.length))}\n`);
}
