/** The key to Claude's API: from the environment, or from a helper command of the config. It stays in memory, and goes nowhere but to the API. */
import { exec } from 'node:child_process';
import type { Config } from '../../core/config.ts';
import type { Secret } from '../../core/redact.ts';

/** A helper may ask a person for a fingerprint. */
const HELPER_TIMEOUT_MS = 60_000;
/** How long what a helper printed is used: attempts at once are not to ask a person each. */
const HELPER_KEPT_MS = 5 * 60_000;
/** What a helper prints at most; more is no key. */
const HELPER_OUTPUT_BYTES = 16 * 1024;
/** Variables that hold a key, the first one first; both are sent in the same way. */
const VARIABLES = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'] as const;

/** The key, or one sentence that says why there is none and what to do. */
export type FoundKey = { readonly type: 'key'; readonly secret: Secret } | { readonly type: 'missing'; readonly message: string };

/** Whether a key is to be expected, without asking for it. */
export function hasKey(settings: Pick<Config['claude'], 'keyCommand'>, environment: Readonly<Record<string, string | undefined>>): boolean {
  return settings.keyCommand !== undefined || fromEnvironment(environment) !== null;
}

/** Finds the key. The helper command is run where the environment holds none, and asked again after five minutes. */
export async function findKey(
  settings: Pick<Config['claude'], 'keyCommand'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundKey> {
  const given = fromEnvironment(environment);
  if (given !== null) return checked(given);
  const { keyCommand } = settings;
  if (keyCommand === undefined && environment['GITHUB_ACTIONS'] === 'true') {
    return missing(
      'There is no key to Claude\'s API: the repository has no secret ANTHROPIC_API_KEY (gh secret set ANTHROPIC_API_KEY), or the step is not given it as "anthropic-api-key".',
    );
  }
  if (keyCommand === undefined) {
    return missing(
      'There is no key to Claude\'s API: set ANTHROPIC_API_KEY in the environment, or "claude.keyCommand" in the config to a command that prints it.',
    );
  }
  const kept = printed.get(keyCommand);
  if (kept !== undefined && performance.now() - kept.at < HELPER_KEPT_MS) return kept.key;
  const key = askHelper(keyCommand, environment);
  printed.set(keyCommand, { key, at: performance.now() });
  const found = await key;
  if (found.type === 'missing') printed.delete(keyCommand);
  return found;
}

/** The key was refused: the helper is to be asked for a new one. */
export function forgetKey({ keyCommand }: Pick<Config['claude'], 'keyCommand'>): void {
  if (keyCommand !== undefined) printed.delete(keyCommand);
}

const printed = new Map<string, { readonly key: Promise<FoundKey>; readonly at: number }>();

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Secret | null {
  for (const name of VARIABLES) {
    const value = environment[name]?.trim() ?? '';
    if (value !== '') return { name, value };
  }
  return null;
}

/** A key goes into a header: what cannot stand in one would fail later, in an error that quotes it. */
function checked(secret: Secret): FoundKey {
  if (/^[\x21-\x7e]+$/.test(secret.value)) return { type: 'key', secret };
  return missing(`What ${secret.name} holds is no key: there is a space, a line break or a letter in it that no key has. Copy it anew.`);
}

/** Not run as other programs are, whose output is redacted: this output is the secret. */
function askHelper(command: string, environment: Readonly<Record<string, string | undefined>>): Promise<FoundKey> {
  const options = { env: environment, timeout: HELPER_TIMEOUT_MS, maxBuffer: HELPER_OUTPUT_BYTES, windowsHide: true };
  return new Promise((resolve) => {
    const child = exec(command, options, (error, stdout) => {
      // Neither its output nor its complaints are quoted: they may hold the key.
      const said = 'The command "claude.keyCommand" of the config, which is to print the key to Claude\'s API,';
      const rest = 'Run it in a terminal to see why.';
      if (error?.killed === true) return resolve(missing(`${said} did not end within ${HELPER_TIMEOUT_MS / 1_000} seconds. ${rest}`));
      if (error !== null) return resolve(missing(`${said} failed (exit code ${error.code ?? 'unknown'}). ${rest}`));
      const value = stdout.trim();
      resolve(value === '' ? missing(`${said} printed nothing. ${rest}`) : checked({ name: 'claude.keyCommand', value }));
    });
    child.stdin?.on('error', () => {}).end();
  });
}

const missing = (message: string): FoundKey => ({ type: 'missing', message });
