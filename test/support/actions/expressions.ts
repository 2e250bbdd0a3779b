/** Expressions of a workflow, read and evaluated by GitHub's own packages. */
import type { data as expressionData } from '@actions/expressions';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';
import { expressions, parser } from './packages.ts';

const { data, Evaluator, Lexer, Parser } = expressions;
const { isBasicExpression, isMapping, isScalar, isSequence } = parser;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What an expression may name where it stands. */
export interface Scope {
  readonly contexts: Readonly<Record<string, Json>>;
  /** How what came before has gone. */
  readonly status: 'success' | 'failure' | 'cancelled';
}

/** A part of a workflow file with its expressions evaluated. Throws for an expression that names what is not there. */
export function valueOf(token: TemplateToken | undefined, scope: Scope): Json {
  if (token === undefined) return null;
  if (isBasicExpression(token)) return evaluate(token.expression, scope);
  if (isSequence(token)) return [...token].map((item) => valueOf(item, scope));
  if (isMapping(token)) return Object.fromEntries([...token].map(({ key, value }) => [textOf(valueOf(key, scope)), valueOf(value, scope)]));
  if (isScalar(token)) return JSON.parse(JSON.stringify(token)) as Json;
  throw new Error('this rig does not know what to do with a part of the file');
}

const said = (name: string, holds: boolean) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(holds) }] as const;

/** What an expression without its `${{ }}` comes to. */
export function evaluate(expression: string, { contexts, status }: Scope): Json {
  const functions = new Map([
    said('success', status === 'success'),
    said('failure', status === 'failure'),
    said('cancelled', status === 'cancelled'),
    said('always', true),
  ]);
  try {
    const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), [...functions.values()]).parse();
    const known = JSON.parse(JSON.stringify(contexts), data.reviver) as expressionData.Dictionary;
    return JSON.parse(JSON.stringify(new Evaluator(tree, known, functions).evaluate(), data.replacer)) as Json;
  } catch (error) {
    throw new Error(`\${{ ${expression} }}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A scalar as it stands in the file, expressions and all; null where there is none. */
export function wordOf(token: TemplateToken | undefined): string | null {
  if (token === undefined || !isScalar(token)) return null;
  return isBasicExpression(token) ? token.toDisplayString() : textOf(valueOf(token, { contexts: {}, status: 'success' }));
}

/** A value as it stands in an environment variable or an input. */
export function textOf(value: Json): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What counts as true in an `if`. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}
