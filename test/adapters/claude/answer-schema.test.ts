import { expect, it } from 'vitest';
import { z } from 'zod';
import { answerSchema } from '../../../src/adapters/claude/answer-schema.ts';

it('refers to what is used more than once, and says the rest where it is used', async () => {
  const shared = z.strictObject({ id: z.string() });
  const once = z.strictObject({ name: z.string().max(3) }).describe('Of one.');
  const schema = await answerSchema(
    z.strictObject({ a: shared, b: z.array(shared).describe('Many.'), c: z.array(once).describe('Ones.') }),
  );
  const [name, ...others] = Object.keys(schema['$defs'] as object);
  expect(others).toEqual([]);
  expect(schema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    $defs: { [String(name)]: { properties: { id: { type: 'string' } }, additionalProperties: false } },
    properties: {
      a: { $ref: `#/$defs/${name}` },
      b: { description: 'Many.', items: { $ref: `#/$defs/${name}` } },
      c: {
        description: 'Ones.',
        items: { description: 'Of one.', properties: { name: { description: expect.stringContaining('maxLength: 3') as unknown } } },
      },
    },
  });
});
