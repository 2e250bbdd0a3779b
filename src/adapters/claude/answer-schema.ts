/** The JSON Schema of an answer, as structured outputs take it. */
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** The schema that Claude is bound to. What structured outputs cannot say stands in its descriptions; what is used once stands where it is used. */
export async function answerSchema(answer: z.ZodType): Promise<Record<string, unknown>> {
  const { transformJSONSchema } = await import('@anthropic-ai/sdk/lib/transform-json-schema');
  const { $defs = {}, ...schema } = z.toJSONSchema(answer, { io: 'input', reused: 'ref' });
  const uses = new Map<string, number>();
  for (const [, name = ''] of JSON.stringify([schema, $defs]).matchAll(REFERENCE)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const inlined = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(inlined);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, ...rest } = node as Json;
    const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inlined(value)]));
    const name = typeof $ref === 'string' ? $ref.slice('#/$defs/'.length) : null;
    if (name === null) return own;
    return uses.get(name) === 1 ? { ...(inlined($defs[name]) as Json), ...own } : { $ref, ...own };
  };
  const shared = Object.entries($defs).filter(([name]) => uses.get(name) !== 1);
  const definitions = shared.length === 0 ? {} : { $defs: Object.fromEntries(shared.map(([name, value]) => [name, inlined(value)])) };
  return transformJSONSchema({ ...(inlined(schema) as Json), ...definitions });
}

/** Within a JSON text: in a description its quotes would be escaped. */
const REFERENCE = /"\$ref":"#\/\$defs\/([^"]+)"/g;
