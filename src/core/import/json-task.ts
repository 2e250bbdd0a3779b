/** Values of a tracker's JSON as the parts of a task, and the report of those that are left out. */
import type { FieldValues } from '../yaml-text.ts';
import type { Loss, Place } from './imported.ts';
import { quoted } from './ledger.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that is a text or a number, as a text; `otherwise` where it is something else. */
export function word(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : otherwise;
}

/** A text of a JSON file, or null. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

/** Sections of a description: `[title, value]`, the first without a title. Values that are no text are left out. */
export function described(sections: readonly (readonly [title: string, value: unknown])[]): string {
  return sections
    .flatMap(([title, value]) => {
      const text = typeof value === 'string' ? value.replaceAll(/\r\n?/g, '\n').trim() : '';
      return text === '' ? [] : [title === '' ? text : `**${title}**\n\n${text}`];
    })
    .join('\n\n');
}

/** Values that a plan keeps for other tools, as `x-` keys. */
export function kept(object: JsonObject, keys: readonly string[]): FieldValues {
  const fields: Record<string, string | readonly string[]> = {};
  for (const key of keys) {
    const value = object[key];
    const name = `x-${key.replaceAll('_', '-')}`;
    if (Array.isArray(value) && value.length > 0) fields[name] = value.map(String);
    else if (typeof value === 'string' ? value.trim() !== '' : typeof value === 'number') fields[name] = String(value);
  }
  return fields;
}

/** One loss for each value that is not among those used. What says nothing is none. */
export function unused(object: JsonObject, used: ReadonlySet<string>, at: Place): readonly Loss[] {
  return Object.entries(object)
    .filter(([key, value]) => !used.has(key) && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => ({
      ...at,
      ...(at.path === undefined ? {} : { path: `${at.path}.${key}` }),
      text: quoted(`${key}: ${JSON.stringify(value)}`),
      why: `"${key}" is metadata of another tool`,
    }));
}
