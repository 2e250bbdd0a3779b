/** Values of trailers as text that git reads back unchanged, one line each. */
import type { GateStatus, Outcome } from './outcome.ts';
import type { Flag } from './weakened.ts';

export type Trailer = readonly [key: string, value: string];

/** Longest value of a trailer, in UTF-16 code units before escaping. */
const MAX_VALUE_CHARS = 4_000;

const GATE_STATUSES: readonly GateStatus[] = ['passed', 'failed', 'skipped'];

/** What one gate said. */
export interface GateVerdict {
  readonly name: string;
  readonly status: GateStatus;
}

/** How an attempt ended that did not land. */
export interface AttemptOutcome {
  readonly outcome: Outcome | (string & {});
  /** The gates that failed. */
  readonly gates: readonly string[];
}

/** By their keys in lower case; of a repeated key the last counts. */
export function valuesOf(list: readonly Trailer[]): ReadonlyMap<string, string> {
  return new Map(list.map(([key, value]) => [key.toLowerCase(), value.trim()]));
}

export function formatGates(gates: readonly GateVerdict[]): string {
  return gates.map((gate) => `${escapeWord(gate.name)}=${gate.status}`).join(' ');
}

export function readGates(value: string): readonly GateVerdict[] {
  const gates: GateVerdict[] = [];
  for (const word of value.split(/\s+/)) {
    const at = word.lastIndexOf('=');
    const status = GATE_STATUSES.find((name) => name === word.slice(at + 1));
    if (at >= 0 && status !== undefined) gates.push({ name: unescape(word.slice(0, at)), status });
  }
  return gates;
}

export function formatFlags(flags: readonly Flag[]): string {
  return flags.map(({ name, count }) => `${escapeWord(name)}=${count}`).join(' ');
}

export function readFlags(value: string): readonly Flag[] {
  return value.split(/\s+/).flatMap((word) => {
    const [, name = '', count = ''] = /^(.+)=(\d{1,6})$/.exec(word) ?? [];
    return name === '' ? [] : [{ name: unescape(name), count: Number(count) }];
  });
}

/** `gate_failed=types,test timeout_idle`. */
export function formatOutcomes(outcomes: readonly AttemptOutcome[]): string {
  return outcomes.map(({ outcome, gates }) => [outcome, gates.map(escapeName).join(',')].filter((part) => part !== '').join('=')).join(' ');
}

export function readOutcomes(value: string): readonly AttemptOutcome[] {
  return value.split(/\s+/).flatMap((word) => {
    const [, outcome = '', gates = ''] = /^([a-z_]{1,40})(?:=(.+))?$/.exec(word) ?? [];
    return outcome === '' ? [] : [{ outcome, gates: gates === '' ? [] : gates.split(',').map(unescape) }];
  });
}

/** `12.5s` as milliseconds. */
export function readDuration(value: string | undefined): number | null {
  const [, seconds] = /^(\d{1,12}(?:\.\d{1,6})?)\s*s?$/.exec(value ?? '') ?? [];
  return seconds === undefined ? null : Math.round(Number(seconds) * 1000);
}

export function formatDuration(ms: number): string {
  return `${decimal(ms / 1000, 3)}s`;
}

export function text(values: ReadonlyMap<string, string>, key: string): string | null {
  const value = values.get(key);
  return value === undefined || value === '' ? null : unescape(value);
}

export function number(value: string | undefined, form: RegExp): number | null {
  return value !== undefined && form.test(value) ? Number(value) : null;
}

/** A number in plain digits (no exponent), without trailing zeros. */
export function decimal(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

/** Git drops an empty value, so that the empty text needs a mark of its own. */
const EMPTY = '%';

/** Line breaks, control and direction characters would end the trailer or show something else than it says: they are percent-encoded. */
export function escape(value: string): string {
  const safe = value.slice(0, MAX_VALUE_CHARS).toWellFormed();
  if (safe === '' || safe === EMPTY) return safe === '' ? EMPTY : '%25';
  return safe.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|%(?=[\dA-Fa-f]{2})|^\s+|\s+$/gu, (found) => encodeURIComponent(found));
}

/** As {@link escape}, for a value that stands in a list of `name=status`. */
function escapeWord(value: string): string {
  return escape(value).replace(/[\s=]/gu, (found) => encodeURIComponent(found));
}

/** As {@link escapeWord}, for a name in a list within such a value. */
function escapeName(value: string): string {
  return escapeWord(value).replaceAll(',', '%2C');
}

function unescape(value: string): string {
  if (value === EMPTY) return '';
  return value.replace(/(?:%[\dA-Fa-f]{2})+/g, (found) => {
    try {
      return decodeURIComponent(found);
    } catch {
      return found;
    }
  });
}
