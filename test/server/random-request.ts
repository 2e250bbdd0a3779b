/** Requests made from the OpenAPI document: what it allows, and what it does not, with ids that there are and ids that there are not. */
import * as fc from 'fast-check';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: JsonSchema }[];
  readonly body: JsonSchema | null;
  /** The schema of a good answer. */
  readonly answer: JsonSchema | null;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, any>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export function operationsOf(document: Document): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]) => ({
      method: method.toUpperCase(),
      path,
      operationId: of.operationId,
      parameters: of.parameters ?? [],
      body: of.requestBody?.content['application/json'].schema ?? null,
      answer: of.responses['200']?.content['application/json']?.schema ?? null,
    })),
  );
}

export interface RandomRequest {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Text of a kind that has hurt somebody: markup, paths, options, control characters, lone surrogates, other scripts. */
const NASTY = fc.constantFrom(
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '--yes',
  '-rf',
  '',
  ' ',
  '\0',
  '\u202E',
  '\uD800',
  'a\nb',
  '---\nid: x\n---',
  '- [ ] task',
  '```',
  '# heading',
  '<!--',
  'ＡＢＣ',
  'naïve',
  '𝒳',
  ':',
  '%2e%2e%2f',
  '$(touch pwned)',
  '`touch pwned`',
  "'; drop table plans; --",
  '__proto__',
  'x'.repeat(600),
);
const ANYTHING = fc.oneof(NASTY, fc.jsonValue({ maxDepth: 2 }));

/** Ids that there are, by what they are called where they are asked for. */
export type Ids = Readonly<Record<string, readonly string[]>>;

interface Making {
  readonly document: Document;
  readonly ids: Ids;
}

/** Mostly what is asked for, else what is not, or hurts. */
function mostly(good: fc.Arbitrary<unknown>, ids: Ids): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 16, arbitrary: good },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(ids).flat()) },
    { weight: 1, arbitrary: NASTY },
  );
}

/** Requests for one operation. */
export function requestsFor(operation: Operation, document: Document, ids: Ids): fc.Arbitrary<RandomRequest> {
  const making = { document, ids };
  const kind = /^\/api\/(\w+)s\b/.exec(operation.path)?.[1] ?? 'plan';
  const parameters = operation.parameters.map((parameter) => {
    const name =
      parameter.in === 'path' && parameter.name === 'id' ? (kind === 'repositorie' ? 'repositoryId' : `${kind}Id`) : parameter.name;
    const value = mostly(valuesOf(parameter.schema, making, name), ids);
    const given =
      parameter.required === true ? value : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
    return given.map((one) => [parameter, one] as const);
  });
  const body =
    operation.body === null
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: 14, arbitrary: valuesOf(operation.body, making, 'body').map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: ANYTHING.map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: fc.constantFrom('{', '[1', 'null', '"') },
        );
  return fc.tuple(fc.tuple(...parameters), body).map(([given, text]) => requestOf(operation, given, text));
}

function requestOf(
  operation: Operation,
  given: readonly (readonly [Operation['parameters'][number], unknown])[],
  body: string | undefined,
): RandomRequest {
  let { path } = operation;
  const query = new URLSearchParams();
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  for (const [{ name, in: where }, value] of given) {
    if (value === undefined) continue;
    const said = (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
    if (where === 'path') path = path.replace(`{${name}}`, encodeURIComponent(said));
    if (where === 'query') query.set(name, said);
    if (where === 'header') headers[name] = said.replaceAll(/[^\x21-\x7E]/g, '?');
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return { operation, path: `${path}${search}`, headers, body };
}

/** What a schema allows, and now and then not quite: a key too many, a key missing, something odd. */
function valuesOf(schema: JsonSchema, making: Making, name: string): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const named = making.document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    return valuesOf(named ?? {}, making, name);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => valuesOf(each, making, name)));
  const types = Array.isArray(schema.type) ? (schema.type as readonly string[]) : [schema.type as string | undefined];
  return fc.oneof(...types.map((type) => valuesOfType(type, schema, making, name)));
}

/** Texts that a key of this name takes. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  title: ['Write the tests', 'Say it *again*', 'Résumé', 'Write the greeting'],
  slug: ['tests', 'say-it-again', 'greeting-2'],
  estimate: ['15m', '1h30m'],
  timeout: ['20m'],
  agent: ['claude', 'claude-code'],
  run: ['true', 'echo $HOME'],
  files: ['src/**', '*.md'],
  gates: ['none'],
  since: ['2026-01-01', '2026-01-01T00:00:00Z'],
  attempt: ['last', '20260101T000000Z-abcdef.1'],
  text: ['# A plan\n\n- [ ] One\n', '- [x]broken\n', ''],
  description: ['In plain words.', 'With `code` and\n\n- a list', ''],
  prefer: ['respond-async'],
  path: ['specs/001-x/tasks.md', 'specs', 'src/a.ts', '.git', '../', '/etc/passwd', 'TODO.md'],
  base: ['HEAD', 'HEAD~1', 'main', '--all', 'HEAD:plans'],
  head: ['worktree', 'index', 'HEAD', '@{u}'],
  name: ['plan', 'config'],
  range: ['bytes=0-10', 'bytes=5-'],
};

function valuesOfType(type: string | undefined, schema: JsonSchema, making: Making, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -3, max: Math.min(schema.maximum ?? 50, (schema.minimum ?? 0) + 50) });
    case 'number':
      return fc.double({ min: 0.01, max: 50, noNaN: true });
    case 'string': {
      const known = making.ids[name] ?? TEXTS[name];
      const free = fc.string({ minLength: schema.minLength ?? 0, maxLength: 30, unit: 'grapheme' });
      return mostly(known === undefined ? free : fc.constantFrom(...known), making.ids);
    }
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, making, name), { minLength: schema.minItems ?? 0, maxLength: 2 });
    case 'object': {
      const entries = Object.entries(schema.properties ?? {}).map(([key, of]) => {
        const isNeeded = schema.required?.includes(key) === true;
        const absent = { weight: isNeeded ? 1 : 3, arbitrary: fc.constant(undefined) };
        const value = fc.oneof(absent, { weight: isNeeded ? 40 : 1, arbitrary: valuesOf(of, making, key) });
        return value.map((given) => [key, given] as const);
      });
      const extra = fc.oneof(
        { weight: 30, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constant(['unknownKey', 1] as const) },
      );
      return fc
        .tuple(fc.tuple(...entries), extra)
        .map(([given, more]) => Object.fromEntries(more === undefined ? given : [...given, more]));
    }
    default:
      return ANYTHING;
  }
}
