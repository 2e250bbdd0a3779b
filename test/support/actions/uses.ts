/** Other people's actions, as far as the shipped workflows use them. Each does what the real one does to files, git and the API, no more. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { matchesPath } from '../../../src/adapters/gates.ts';

export interface UsesCall {
  readonly inputs: Readonly<Record<string, string>>;
  readonly workspace: string;
  /** What later steps find first in their PATH. */
  readonly addPath: (folder: string) => void;
  readonly env: Readonly<Record<string, string>>;
  readonly event: { readonly sha: string; readonly ref: string };
  readonly server: { readonly url: string; readonly apiUrl: string; readonly repository: string };
  readonly token: string;
  /** Artifacts of the run: name → folder. */
  readonly artifacts: Map<string, string>;
  /** A folder that is there for the whole run. */
  readonly store: string;
}

type Uses = (call: UsesCall) => Promise<Readonly<Record<string, string>>>;
const run = promisify(execFile);

/** By the action's repository (and folder). */
export const USES: Readonly<Record<string, Uses>> = {
  'actions/checkout': checkout,
  'actions/setup-node': ({ inputs, env, addPath }) => {
    only(inputs, ['node-version', 'node-version-file', 'cache', 'cache-dependency-path', 'package-manager-cache', 'check-latest']);
    const bin = join(env['RUNNER_TOOL_CACHE'] ?? '', 'node/bin');
    mkdirSync(bin, { recursive: true });
    if (!existsSync(join(bin, 'node'))) symlinkSync(process.execPath, join(bin, 'node'));
    addPath(bin);
    return Promise.resolve({ 'node-version': process.version });
  },
  'actions/upload-artifact': upload,
  'actions/download-artifact': download,
  'github/codeql-action/upload-sarif': uploadSarif,
};

async function checkout({ inputs, workspace, env, event, server, token }: UsesCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, [
    'ref',
    'fetch-depth',
    'persist-credentials',
    'path',
    'filter',
    'fetch-tags',
    'sparse-checkout',
    'token',
    'repository',
    'clean',
    'show-progress',
  ]);
  if ((inputs['repository'] ?? server.repository) !== server.repository)
    throw new Error(`there is no repository "${inputs['repository']}" here`);
  const folder = resolve(workspace, inputs['path'] ?? '.');
  mkdirSync(folder, { recursive: true });
  const auth = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${inputs['token'] ?? token}`).toString('base64')}`;
  const key = `http.${server.url}/.extraheader`;
  const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args], { env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  if (!existsSync(join(folder, '.git'))) {
    await git('init', '--quiet', '--initial-branch=main');
    await git('remote', 'add', 'origin', `${server.url}/${server.repository}`);
  }
  await git('config', '--local', key, auth);
  const depth = Number(inputs['fetch-depth'] ?? 1);
  const given = inputs['ref'] ?? '';
  const isSha = /^[0-9a-f]{40}$/.test(given);
  // The event's own commit, wherever its branch is by now; a commit that is asked for; else what a branch is at.
  const [ref, sha] = given === '' ? [event.ref, event.sha] : isSha ? ['', given] : [given.replace(/^(?!refs\/)/, 'refs/heads/'), ''];
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
  const here = ref.startsWith('refs/pull/') ? ref.replace(/^refs\/pull\//, 'refs/remotes/pull/') : `refs/remotes/origin/${branch ?? ''}`;
  const fetch = (...more: string[]) => git('-c', 'protocol.version=2', 'fetch', '--quiet', '--prune', '--no-tags', ...more);
  if (depth === 0)
    await fetch('origin', '+refs/heads/*:refs/remotes/origin/*', ...(ref.startsWith('refs/pull/') ? [`+${sha}:${here}`] : []));
  const isThere = async () => branch === null || sha === '' || (await git('rev-parse', here).catch(() => '')).trim() === sha;
  // With all history too: where the branch has moved since, its name here is put back to what the event says.
  if (depth > 0 || !(await isThere())) {
    const depths = depth > 0 ? [`--depth=${depth}`] : [];
    await fetch(...depths, 'origin', ref === '' ? sha : `+${sha || ref}:${here}`);
  }
  if (branch === null) await git('checkout', '--quiet', '--force', '--detach', ref === '' ? sha : here);
  else await git('checkout', '--quiet', '--force', '-B', branch, here);
  const commit = (await git('rev-parse', 'HEAD')).trim();
  if ((inputs['persist-credentials'] ?? 'true') !== 'true') await git('config', '--local', '--unset-all', key);
  return { commit, ref };
}

async function upload({ inputs, workspace, artifacts, store }: UsesCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, ['name', 'path', 'if-no-files-found', 'retention-days', 'compression-level', 'overwrite', 'include-hidden-files']);
  const name = inputs['name'] || 'artifact';
  if (/[":<>|*?\r\n\\/]/.test(name)) throw new Error(`an artifact cannot be named "${name}"`);
  if (artifacts.has(name) && inputs['overwrite'] !== 'true') throw new Error(`an artifact with the name "${name}" is there already`);
  const hidden = inputs['include-hidden-files'] === 'true';
  const patterns = (inputs['path'] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const files = patterns.flatMap((pattern) => filesOf(workspace, pattern, hidden));
  if (files.length === 0) {
    const otherwise = inputs['if-no-files-found'] ?? 'warn';
    if (otherwise === 'error') throw new Error(`no files were found at "${patterns.join('", "')}"`);
    return {};
  }
  const root = commonFolder(patterns, workspace, files);
  const folder = join(store, `artifact-${artifacts.size}`);
  for (const file of files) cpSync(file, join(folder, relative(root, file)), { recursive: true });
  artifacts.set(name, folder);
  return { 'artifact-id': String(artifacts.size) };
}

async function download({ inputs, workspace, artifacts }: UsesCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, ['name', 'path', 'pattern', 'merge-multiple']);
  const target = resolve(workspace, inputs['path'] || '.');
  const name = inputs['name'];
  if (name !== undefined && name !== '') {
    const folder = artifacts.get(name);
    if (folder === undefined) throw new Error(`there is no artifact "${name}"`);
    cpSync(folder, target, { recursive: true });
    return { 'download-path': target };
  }
  const pattern = inputs['pattern'] || '*';
  const found = [...artifacts].filter(([each]) => matchesPath(each, pattern));
  // One alone gets no folder of its own, though it was asked for by a pattern; where there is none, nothing is made.
  const isFlat = inputs['merge-multiple'] === 'true' || found.length === 1;
  for (const [each, folder] of found) cpSync(folder, isFlat ? target : join(target, each), { recursive: true });
  return { 'download-path': target };
}

async function uploadSarif({ inputs, workspace, server, token, event }: UsesCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, ['sarif_file', 'category', 'sha', 'ref', 'wait-for-processing', 'checkout_path']);
  const sarif = readFileSync(resolve(workspace, inputs['sarif_file'] ?? ''), 'utf8');
  const response = await fetch(`${server.apiUrl}/repos/${server.repository}/code-scanning/sarifs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ commit_sha: inputs['sha'] ?? event.sha, ref: inputs['ref'] ?? event.ref, sarif }),
  });
  if (!response.ok) throw new Error(`the upload of ${inputs['sarif_file']} was refused: ${response.status} ${await response.text()}`);
  return {};
}

/** Files below a path or a glob, hidden ones left out where they are not asked for. */
function filesOf(workspace: string, pattern: string, hidden: boolean): string[] {
  const path = resolve(workspace, pattern);
  if (existsSync(path)) return statSync(path).isDirectory() ? below(path, hidden) : [path];
  if (!/[*?]/.test(pattern)) return [];
  const fixed = dirname(path.slice(0, path.search(/[*?]/) + 1));
  return existsSync(fixed) ? below(fixed, hidden).filter((file) => matchesPath(relative(workspace, file), relative(workspace, path))) : [];
}

function below(folder: string, hidden: boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!hidden && entry.name.startsWith('.')) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(path, hidden) : [path];
  });
}

/** What is left out of the paths in the artifact: the folder that was named, or the nearest that holds all. */
function commonFolder(patterns: readonly string[], workspace: string, files: readonly string[]): string {
  const [only, ...more] = patterns;
  const named = resolve(workspace, only ?? '.');
  if (more.length === 0 && existsSync(named) && statSync(named).isDirectory()) return named;
  let root = dirname(files[0] ?? workspace);
  while (!files.every((file) => file.startsWith(`${root}/`))) root = dirname(root);
  return root;
}

function only(inputs: Readonly<Record<string, string>>, known: readonly string[]): void {
  const unknown = Object.keys(inputs).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`this rig does not know the input "${unknown}" (known: ${known.map((name) => basename(name)).join(', ')})`);
}
