/** A tool that Claude can call, from a schema of its input and a function. */
import type { BetaRunnableTool } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import { z } from 'zod';

/** What a tool throws for Claude to read: it is told so, and goes on. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** Makes a tool. An input of the wrong shape never reaches `run`: Claude is told what is wrong with it. */
export function claudeTool<Input extends z.ZodObject>(
  name: string,
  description: string,
  input: Input,
  run: (input: z.output<Input>, signal: AbortSignal | null) => Promise<string>,
): BetaRunnableTool<z.output<Input>> {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
  return {
    type: 'custom',
    name,
    description,
    input_schema: { ...schema, type: 'object' },
    parse: (given) => {
      const parsed = input.safeParse(given);
      if (!parsed.success) throw new ToolFailure(`The input of ${name} is wrong: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    },
    run: (given, context) => run(given, context?.signal ?? null),
  };
}
