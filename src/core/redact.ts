/**
 * Secrets out of text: values of environment variables that look secret, and tokens that are known by their shape. What encodes or splits a
 * secret on purpose is not found; the allow-list of environment variables is what keeps secrets from those who would.
 */

/** A value that must not be kept or shown. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

export interface Redaction {
  /** The text with `[redacted NAME]` in place of each secret. */
  text(text: string): string;
  /** For output that comes in pieces: a secret may lie across their borders. */
  stream(): RedactedStream;
  /** The same for values of variables alone. */
  values(text: string): string;
  /** Whether {@link text} may change a text, or one of those of which it is made. Costs little. */
  mayChange(text: string): boolean;
  /** Names of the variables whose values stand in a text. Shapes do not count: a test's fixture has them too. */
  named(text: string): readonly string[];
}

interface RedactedStream {
  /** What can be let through now; the rest may be the beginning of a secret. */
  push(text: string): string;
  /** What was held back. */
  end(): string;
}

/** Names of variables that hold secrets. */
const SECRET_NAME =
  /(?:^|_)(?:TOKEN|KEY|APIKEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|PAT|DSN)S?(?:_\d+)?$|(?:SECRET|PASSWORD|_TOKEN_|API_?KEY)/i;
/** `PWD` and `OLDPWD` are folders; what git and gpg call a key is often its public name. */
const NO_SECRET_NAME = /^(?:OLD)?PWD$|PUBLIC|FINGERPRINT|^GPG_KEY$|KEY_?(?:ID|PATH|FILE|NAME)$/i;
/** Shorter values would be found everywhere. Characters. */
const MIN_LOOKS_SECRET = 8;
/** Of a variable that the config names. */
const MIN_NAMED_SECRET = 4;
/** A word or a number up to this length is what anybody may write: `POSTGRES_PASSWORD=postgres`. Characters. */
const MAX_PLAIN_WORD = 15;
/** Lines of a value with several that are secrets by themselves. Characters. */
const MIN_SECRET_LINE = 20;
/** The longest private key, and what is held back at most. Characters. */
const MAX_HELD = 16_384;
/** The longest token that is recognised across pieces. Characters. */
const MAX_TOKEN = 4_096;

interface Shape {
  readonly name: string;
  /** One of these stands in every match: most texts need no more than a search for them. */
  readonly hints: readonly string[];
  /** Group 1, where it has one, stays. */
  readonly pattern: RegExp;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'private key',
    hints: ['PRIVATE KEY-----'],
    pattern: /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----|$)/g,
  },
  { name: 'Anthropic key', hints: ['sk-ant-'], pattern: /sk-ant-[\w-]{16,}/g },
  { name: 'OpenAI key', hints: ['sk-'], pattern: /(?<![\w-])sk-(?!ant-)[\w-]{32,}/g },
  { name: 'GitHub token', hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], pattern: /gh[pousr]_[A-Za-z0-9]{20,}/g },
  { name: 'GitHub token', hints: ['github_pat_'], pattern: /github_pat_\w{20,}/g },
  { name: 'GitLab token', hints: ['glpat-'], pattern: /glpat-[\w-]{20,}/g },
  { name: 'npm token', hints: ['npm_'], pattern: /npm_[A-Za-z0-9]{36,}/g },
  { name: 'AWS key', hints: ['AKIA', 'ASIA'], pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g },
  { name: 'Google key', hints: ['AIza'], pattern: /AIza[\w-]{35}/g },
  { name: 'Slack token', hints: ['xox'], pattern: /xox[abeoprs]-[\w-]{10,}/g },
  { name: 'Stripe key', hints: ['k_live_'], pattern: /[sr]k_live_[A-Za-z0-9]{16,}/g },
  { name: 'JWT', hints: ['eyJ'], pattern: /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
  { name: 'bearer token', hints: ['earer ', 'EARER '], pattern: /(\bbearer {1,4})(?=[\w.~+/=-]*\d)[\w.~+/=-]{16,}/gi },
  {
    name: 'authorization',
    hints: ['uthorization', 'UTHORIZATION'],
    pattern: /(\bauthorization["']?\s{0,2}[:=]\s{0,2}["']?(?:basic|bearer|token)\s)[\w.~+/=-]{8,}/gi,
  },
  { name: 'URL password', hints: ['://'], pattern: /([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@'"]{0,100}:)[^\s@/'"]{3,200}(?=@)/gi },
];
const HINTS: readonly string[] = [...SHAPES.flatMap(({ hints }) => hints), 'bearer', 'Bearer', '-----BEGIN'];
/** What a token at the end of a piece may go on from. */
const LAST_WORD = /[^\s'"`<>(),;]*$/;
const LAST_HEADER = /(?:\bauthorization\W{0,6}(?:\w{0,6}\s{0,4})?|\bbearer\s{0,4})\S*$/i;
const OPEN_KEY = /^-----BEGIN (?:[A-Z0-9 -]{0,50}$|[A-Z0-9 ]{0,30}PRIVATE KEY-----)/;
const KEY_END = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----/;

/** The secrets of an environment: of variables that look secret, and of those that `named` names (a trailing `*` matches any ending). */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>, named: readonly string[]): readonly Secret[] {
  const wanted = (name: string) =>
    named.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
  const secrets: Secret[] = [];
  for (const [name, value = ''] of Object.entries(environment)) {
    const isNamed = wanted(name);
    if (!isNamed && !(SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name) && looksSecret(value))) continue;
    if (value.length >= MIN_NAMED_SECRET) secrets.push({ name, value });
  }
  return secrets;
}

function looksSecret(value: string): boolean {
  if (value.length < MIN_LOOKS_SECRET) return false;
  return value.length > MAX_PLAIN_WORD || !/^(?:[A-Za-z]+|\d+)$/.test(value);
}

/** What redacts these secrets, and whatever has a known shape. */
export function redactionOf(secrets: readonly Secret[]): Redaction {
  const literals = secrets.flatMap(({ name, value }) => forms(value).map((form) => ({ name, form })));
  // The longest first: one secret may stand within another.
  literals.sort((a, b) => b.form.length - a.form.length);
  const withoutValues = (given: string): string => {
    let result = given;
    for (const { name, form } of literals) if (result.includes(form)) result = result.replaceAll(form, () => mark(name));
    return result;
  };
  const text = (given: string): string => {
    let result = withoutValues(given);
    for (const { name, hints, pattern } of SHAPES) {
      if (hints.some((hint) => result.includes(hint))) result = result.replace(pattern, (_, kept) => `${stays(kept)}${mark(name)}`);
    }
    return result;
  };
  const values = literals.map(({ form }) => form);
  return {
    text,
    values: withoutValues,
    mayChange: (given) => values.some((value) => given.includes(value)) || HINTS.some((hint) => given.includes(hint)),
    named: (given) => [...new Set(literals.filter(({ form }) => given.includes(form)).map(({ name }) => name))],
    stream: () => {
      let held = '';
      let last = '';
      // A token is one only where no word goes before it, so the character before is looked at again.
      const pass = (piece: string): string => {
        const seen = text(last + piece);
        const clean = seen.startsWith(last) ? seen.slice(last.length) : seen;
        last = piece.slice(-1) || last;
        return clean;
      };
      return {
        push: (piece) => {
          const all = held + piece;
          const border = openFrom(all, values);
          held = all.slice(border);
          return pass(all.slice(0, border));
        },
        end: () => {
          const rest = pass(held);
          held = '';
          return rest;
        },
      };
    },
  };
}

const mark = (name: string): string => `[redacted ${name}]`;
/** The group of a match that has one; without one the match's offset stands there. */
const stays = (kept: unknown): string => (typeof kept === 'string' ? kept : '');

/** How a value may be written: as it is, in JSON, in a URL, in UTF-8 bytes, and each long line of several. */
function forms(value: string): readonly string[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.length >= MIN_SECRET_LINE) : [];
  const plain = [value, value.trim(), JSON.stringify(value).slice(1, -1), encoded(value), ...lines];
  return [...new Set(plain.flatMap((form) => [form, bytesOf(form)]))].filter((form) => form.length >= MIN_NAMED_SECRET);
}

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

/** UTF-8 as a text with one character for each byte: process output is looked at like that. */
function bytesOf(value: string): string {
  return [...new TextEncoder().encode(value)].map((byte) => String.fromCharCode(byte)).join('');
}

/** Where something begins that may be, or go on as, a secret; the text's length where nothing does. */
function openFrom(text: string, values: readonly string[]): number {
  let border = text.length;
  for (const value of values) border = Math.min(border, text.length - overlap(text, value));
  const tail = text.slice(-MAX_TOKEN);
  const word = LAST_WORD.exec(tail)?.[0] ?? '';
  if (HINTS.some((hint) => word.includes(hint) || overlap(word, hint) > 0)) {
    border = Math.min(border, text.length - word.length);
  }
  const header = LAST_HEADER.exec(tail)?.[0] ?? '';
  border = Math.min(border, text.length - header.length);
  const key = text.lastIndexOf('-----BEGIN');
  if (key >= 0 && OPEN_KEY.test(text.slice(key)) && !KEY_END.test(text.slice(key))) border = Math.min(border, key);
  if (text.length - border > MAX_HELD) return text.length;
  // A whole secret must not be cut in two because its end looks like the beginning of another.
  for (const value of values) {
    const from = Math.max(0, border - value.length + 1);
    const at = text.slice(from, border + value.length - 1).indexOf(value);
    if (at >= 0 && from + at < border) border = from + at;
  }
  return border;
}

/** How much of the text's end is the beginning of `value`, but not all of it. */
function overlap(text: string, value: string): number {
  for (let length = Math.min(value.length - 1, text.length); length > 0; length--) if (text.endsWith(value.slice(0, length))) return length;
  return 0;
}

/** Keys of facts and events under which there is free text; names and paths are not touched, since others are told apart by them. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['reason', 'tail', 'text', 'detail', 'title', 'problems', 'advice']);

/** A copy of plain data with its free texts redacted; the same object where there is nothing to redact. */
export function redactTexts<T>(value: T, redaction: Redaction): T {
  const texts: string[] = [];
  collect(value, false, texts);
  return redaction.mayChange(texts.join('\n')) ? (redacted(value, redaction, false) as T) : value;
}

function collect(value: unknown, isText: boolean, texts: string[]): void {
  if (typeof value === 'string') {
    if (isText) texts.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, isText, texts);
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) collect((value as Record<string, unknown>)[key], isText || TEXT_KEYS.has(key), texts);
  }
}

/** The same for every text in it, whatever its key; values of variables alone, as in {@link Redaction.values}. */
export function redactAll<T>(value: T, redaction: Redaction): T {
  return redacted(value, { ...redaction, text: (given) => redaction.values(given) }, true, true) as T;
}

function redacted(value: unknown, redaction: Redaction, isText: boolean, all = false): unknown {
  if (typeof value === 'string') return isText ? redaction.text(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map((item: unknown) => redacted(item, redaction, isText, all));
    return list.some((item, index) => item !== value[index]) ? list : value;
  }
  let changed = false;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = redacted(item, redaction, all || TEXT_KEYS.has(key), all);
    changed ||= copy[key] !== item;
  }
  return changed ? copy : value;
}
