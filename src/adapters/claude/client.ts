/** Opens Claude's API: the key, where it is, what to do about proxies and waits. The SDK is imported here and nowhere before. */
import { Console } from 'node:console';
import http from 'node:http';
import type Anthropic from '@anthropic-ai/sdk';
import type { Config } from '../../core/config.ts';
import { redactionOf, type Redaction } from '../../core/redact.ts';
import { failureOf, type ClaudeFailure } from './failure.ts';
import { findKey, forgetKey } from './key.ts';

/** Tries of one request after the first: with the SDK's growing pauses they take about half a minute. */
const MAX_RETRIES = 5;
/** What the API may ask to wait within a request. Beyond it the request fails, and whoever asked decides. */
const MAX_WAIT_MS = 60_000;
/** Shorter waits are not worth a word. */
const MIN_NOTICE_MS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Claude's API, opened. */
export interface Claude {
  /** The model of the config. */
  readonly model: string;
  /** Tokens of one reply at most. */
  readonly maxTokens: number;
  /** Takes the key out of texts; other secrets stay. */
  readonly redaction: Redaction;
  /** A client of its own. `notice` hears a sentence where a request has to wait. */
  sdk(notice?: (text: string) => void): Anthropic;
  /** What an error that the SDK threw means. */
  failureOf(error: unknown): ClaudeFailure;
}

export type OpenedClaude =
  | { readonly type: 'claude'; readonly claude: Claude }
  /** One sentence that says what is missing and what to do. */
  | { readonly type: 'unavailable'; readonly message: string };

/**
 * Opens it with the key of the environment, else of the config's helper command; `ANTHROPIC_BASE_URL`, `ANTHROPIC_LOG` and the variables of
 * proxies are read from `environment`. Asks the API nothing, so that nothing is spent.
 */
export async function openClaude(settings: Config['claude'], environment: Environment): Promise<OpenedClaude> {
  const baseURL = environment['ANTHROPIC_BASE_URL']?.trim() ?? '';
  if (baseURL !== '' && !/^https?:$/.test(URL.parse(baseURL)?.protocol ?? '')) {
    return { type: 'unavailable', message: 'ANTHROPIC_BASE_URL is no address: it has to begin with "https://" or "http://".' };
  }
  const key = await findKey(settings, environment);
  if (key.type === 'missing') return { type: 'unavailable', message: key.message };
  const loaded = await import('@anthropic-ai/sdk').catch(() => null);
  if (loaded === null) {
    return {
      type: 'unavailable',
      message: 'The package @anthropic-ai/sdk is missing, which comes with Plans. Install Plans anew: npm install gitplans',
    };
  }
  const { default: sdk } = loaded;
  obeyProxies(environment);
  const redaction = redactionOf([key.secret]);
  const open = (notice: (text: string) => void = () => {}): Anthropic =>
    new sdk({
      apiKey: key.secret.value,
      authToken: null,
      baseURL: baseURL === '' ? null : baseURL,
      maxRetries: MAX_RETRIES,
      fetch: (url, init) => boundedFetch(url, init, notice),
      // What goes wrong is reported as a failure; the SDK's own words are for whoever asks for them, on standard error.
      logLevel: logLevelOf(environment['ANTHROPIC_LOG']),
      logger: new Console(process.stderr),
      openTelemetry: false,
    });
  const claude: Claude = {
    model: settings.model,
    maxTokens: settings.maxTokens,
    redaction,
    sdk: open,
    failureOf: (error) => {
      const failure = failureOf(sdk, error, { keyName: key.secret.name, redaction });
      if (failure.kind === 'auth') forgetKey(settings);
      return failure;
    },
  };
  return { type: 'claude', claude };
}

/** The SDK waits as long as it is told to: an hour too. Here a longer wait is a failure that says when to come back. */
async function boundedFetch(url: string | URL | Request, init: RequestInit | undefined, notice: (text: string) => void): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  const waitMs = waitOf(response.headers);
  if (waitMs <= MAX_WAIT_MS) {
    if (waitMs >= MIN_NOTICE_MS) notice(`Claude's API asks to wait ${Math.ceil(waitMs / 1_000)} seconds (${response.status}).`);
    return response;
  }
  const headers = new Headers(response.headers);
  headers.set('x-should-retry', 'false');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function waitOf(headers: Headers): number {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (ms > 0) return ms;
  const after = headers.get('retry-after') ?? '';
  const seconds = Number.parseFloat(after);
  return (Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1_000) || 0;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'off'] as const;

const logLevelOf = (wanted: string | undefined): (typeof LOG_LEVELS)[number] => LOG_LEVELS.find((level) => level === wanted) ?? 'off';

let obeyed = '';

/** Node's own `fetch` looks at the variables of proxies only where it is told to; once for this process, and again where they differ. */
function obeyProxies(environment: Environment): void {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  const variables = Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const wanted = JSON.stringify(variables);
  if (wanted === obeyed || (obeyed === '' && !/http/i.test(Object.keys(variables).join(' ')))) return;
  obeyed = wanted;
  http.setGlobalProxyFromEnv(variables);
}
