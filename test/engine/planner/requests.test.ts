/**
 * What Claude is asked, as files to be reviewed: `test/fixtures/generation/*.requests.md`, and the plan that its scripted answer makes beside
 * it. After a change of the prompt: `npx vitest run test/engine/planner/requests.test.ts --update`.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answers, toolUse, type MessageReply } from '../../support/messages-reply.ts';
import type { RequestBody } from '../../support/messages-request.ts';
import { cases, FIXTURES, type Case } from './cases.ts';
import { generating } from './generating.ts';

test.each(cases())('$name', async (given) => {
  const { name, title, description, files, remarks, turns } = given;
  await using it = await generating(turns.map(replyOf), files);
  const said = [...remarks];
  const result = await it.generate({
    title,
    description,
    review: () => {
      const remark = said.shift();
      return Promise.resolve(remark === undefined ? { type: 'accept' } : { type: 'revise', remark });
    },
  });
  expect(result).toMatchObject({ type: 'generated', advice: [] });
  expect([it.server.refusals, it.server.requests.length]).toEqual([[], turns.length]);
  const bodies = it.server.requests.map(({ body }) => body);
  await expect(recorded(bodies)).toMatchFileSnapshot(join(FIXTURES, `${name}.requests.md`));
  const plan = result.type === 'generated' ? await it.repository.read(result.path) : '';
  await expect(plan).toMatchFileSnapshot(join(FIXTURES, `${name}.draft.md`));
});

function replyOf(turn: Case['turns'][number], index: number): MessageReply {
  if ('answers' in turn) return answers(turn.answers);
  return { content: Object.entries(turn.uses).map(([tool, input]) => toolUse(tool, input, `toolu_${index}`)) };
}

/** The requests of one conversation: the first whole, of each further one what it adds. */
function recorded(bodies: readonly RequestBody[]): string {
  const [first] = bodies;
  if (first === undefined) return '';
  const { system, tools, output_config: output, messages: _, ...settings } = first;
  const parts = [
    '# The frame',
    json(settings),
    ...textsOf(system),
    '# The tools',
    ...(tools ?? []).map((tool) => `- \`${tool.name}\`: ${String(tool['description'])}`),
    '# The form of the answer',
    json(output),
  ];
  let known = 0;
  for (const [index, body] of bodies.entries()) {
    // Whatever else a request says, it says as the first one did.
    expect({ ...body, messages: null }).toEqual({ ...first, messages: null });
    const messages = body.messages ?? [];
    parts.push(`# Request ${index + 1}`);
    for (const { role, content } of messages.slice(known))
      parts.push(`## ${role}`, ...(typeof content === 'string' ? [content] : content.map(blockOf)));
    known = messages.length;
  }
  return `${parts.map((part) => part.trim()).join('\n\n')}\n`;
}

function textsOf(system: unknown): string[] {
  return (system as { text: string }[]).map(({ text }) => text);
}

function blockOf(block: Readonly<Record<string, unknown>>): string {
  const { type, text, name, input, content } = block;
  if (type === 'text') return typeof text === 'string' && text.startsWith('{') ? json(JSON.parse(text)) : String(text);
  if (type === 'tool_use') return `Calls \`${String(name)}\` with \`${JSON.stringify(input)}\`.`;
  if (type === 'tool_result') return `\`\`\`text\n${typeof content === 'string' ? content : textsOf(content).join('\n')}\n\`\`\``;
  return json(block);
}

function json(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
