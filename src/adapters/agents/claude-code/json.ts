/** Looks into JSON of which nothing is certain: another program's versions differ, and what is missing is as good as empty. */

export type Json = Readonly<Record<string, unknown>>;

/** The object of a line; null where it holds anything else. */
export function parseObject(line: string): Json | null {
  if (!line.startsWith('{')) return null;
  try {
    return recordIn({ value: JSON.parse(line) }, 'value');
  } catch {
    return null;
  }
}

export function recordIn(json: Json, key: string): Json {
  const value = json[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function recordsIn(json: Json, key: string): readonly Json[] {
  const value = json[key];
  return Array.isArray(value) ? value.map((_, index) => recordIn(value as unknown as Json, String(index))) : [];
}

/** Null where there is no text, or an empty one. */
export function textIn(json: Json, key: string): string | null {
  const value = json[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Zero where there is no number. */
export function numberIn(json: Json, key: string): number {
  const value = json[key];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
