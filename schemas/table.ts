/** Markdown tables out of JSON Schemas. */
import type { RULES } from '../src/core/rules.ts';

/** As much of a JSON Schema as the tables need. */
export interface ObjectSchema {
  readonly type?: string;
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: ObjectSchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
  readonly additionalProperties?: ObjectSchema | boolean;
  readonly required?: readonly string[];
  readonly oneOf?: readonly ObjectSchema[];
  readonly anyOf?: readonly ObjectSchema[];
  readonly $defs?: Readonly<Record<string, ObjectSchema>>;
}

/** One row per key: what it takes, what holds without it, what it means. */
export function keyTable(schema: ObjectSchema): string {
  const entries = Object.entries(schema.properties ?? {});
  const defaults = entries.some(([, value]) => value.default !== undefined);
  const rows = entries.map(([key, value]) => {
    const standard = value.default === undefined ? (schema.required?.includes(key) === true ? 'required' : '') : code(value.default);
    return [`\`${key}\``, kind(value), ...(defaults ? [standard] : []), value.description ?? ''];
  });
  return table(['key', 'value', ...(defaults ? ['default'] : []), 'meaning'], rows);
}

/** One row per rule of the linter. */
export function ruleTable(rules: typeof RULES): string {
  return table(
    ['rule', 'severity', 'finds'],
    rules.map(({ name, severity, description }) => [`\`${name}\``, severity, description]),
  );
}

/** One row per kind of event. */
export function eventTable(published: ObjectSchema, meanings: Readonly<Record<string, string>>): string {
  const reference = published.properties?.['event']?.$ref?.replace('#/$defs/', '') ?? '';
  const kinds = published.$defs?.[reference]?.oneOf ?? [];
  const rows = kinds.map(({ properties = {} }) => {
    const type = String(properties['type']?.const);
    const keys = Object.keys(properties).filter((key) => key !== 'type');
    return [`\`${type}\``, keys.map((key) => `\`${key}\``).join(', '), meanings[type] ?? ''];
  });
  return table(['type', 'with', 'when'], rows);
}

/** One row per name of a closed list. */
export function meaningTable(noun: string, meanings: Readonly<Record<string, string>>): string {
  return table(
    [noun, 'meaning'],
    Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
}

function kind(schema: ObjectSchema): string {
  if (schema.$ref !== undefined) return article(schema.$ref.replace('#/$defs/', ''));
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : plural(kind(schema.items))}`;
  if (schema.type === 'object')
    return typeof schema.additionalProperties === 'object' ? `named ${plural(kind(schema.additionalProperties))}` : 'keys';
  return { string: 'text', integer: 'whole number', number: 'number', boolean: '`true`, `false`' }[schema.type ?? ''] ?? '';
}

function article(name: string): string {
  return name === 'AgentProfile' ? 'agent' : name.toLowerCase();
}

function plural(noun: string): string {
  return noun === 'text' ? 'texts' : `${noun}s`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
