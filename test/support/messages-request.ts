/** What the Messages API refuses: requests that a scripted server would otherwise answer, and the real one would not. */

export interface RequestBody {
  readonly model?: string;
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly system?: unknown;
  readonly tools?: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly messages?: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly output_config?: { readonly format?: { readonly type: string; readonly schema: unknown } };
  readonly context_management?: { readonly edits?: readonly { readonly type: string }[] };
  readonly [key: string]: unknown;
}

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly tool_use_id?: string;
  readonly [key: string]: unknown;
}

const MAX_CACHE_BREAKPOINTS = 4;
/** Keywords of JSON Schema that structured outputs do not take. */
const UNSUPPORTED = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'multipleOf',
  'maxItems',
  'uniqueItems',
  'patternProperties',
];
const BETAS: Readonly<Record<string, string>> = {
  clear_tool_uses_20250919: 'context-management-2025-06-27',
  clear_thinking_20251015: 'context-management-2025-06-27',
  compact_20260112: 'compact-2026-01-12',
};

/** One sentence about what is wrong with a request; null where it is one that the API takes. */
export function refusalOf(body: RequestBody, betas: readonly string[]): string | null {
  if (typeof body.model !== 'string' || body.model === '') return 'model: Field required';
  if (typeof body.max_tokens !== 'number') return 'max_tokens: Field required';
  if (body['thread'] !== undefined) return 'thread: this server keeps no threads';
  return (
    messagesProblem(body.messages ?? []) ??
    toolsProblem(body.tools ?? []) ??
    breakpointsProblem(body) ??
    (body.context_management?.edits ?? [])
      .map(({ type }) => (betas.includes(BETAS[type] ?? '') ? null : `context_management: ${type} needs the beta ${BETAS[type] ?? '?'}`))
      .find((problem) => problem !== null) ??
    (body.output_config?.format === undefined ? null : schemaProblem(body.output_config.format.schema, 'output_config.format.schema'))
  );
}

function messagesProblem(messages: NonNullable<RequestBody['messages']>): string | null {
  if (messages.length === 0) return 'messages: at least one message is required';
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  const blocks = messages.map(({ content }): readonly Block[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  );
  for (const [at, message] of messages.entries()) {
    if (blocks[at]?.length === 0 && at < messages.length - 1) return `messages.${at}: all messages must have non-empty content`;
    const empty = blocks[at]?.find((block) => block.type === 'text' && String(block['text']).trim() === '');
    if (empty !== undefined) return `messages.${at}: text content blocks must contain non-whitespace text`;
    const called = at === 0 ? [] : (blocks[at - 1] ?? []).filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    const answered = (blocks[at] ?? []).filter(({ type }) => type === 'tool_result').map((block) => block.tool_use_id);
    if (message.role !== 'user') continue;
    const missing = called.find((id) => !answered.includes(id));
    if (missing !== undefined)
      return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}`;
    const unasked = answered.find((id) => !called.includes(id ?? ''));
    if (unasked !== undefined) return `messages.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked}`;
  }
  const last = messages.at(-1)?.role === 'assistant' ? (blocks.at(-1) ?? []) : [];
  return last.some(({ type }) => type === 'tool_use') ? 'messages: the last message has a `tool_use` that is not answered' : null;
}

function toolsProblem(tools: NonNullable<RequestBody['tools']>): string | null {
  const names = tools.map(({ name }) => name);
  const bad = names.find((name, at) => !/^[a-zA-Z0-9_-]{1,128}$/.test(name) || names.indexOf(name) !== at);
  if (bad !== undefined) return `tools: the name "${bad}" is not unique, or no name`;
  const own = tools.find((tool) => 'run' in tool || 'parse' in tool);
  return own === undefined ? null : `tools.${own.name}: Extra inputs are not permitted`;
}

function breakpointsProblem({ system, tools, messages, cache_control: whole }: RequestBody): string | null {
  const found = [...JSON.stringify([system, tools, messages]).matchAll(/"cache_control":\{/g)].length + (whole === undefined ? 0 : 1);
  return found <= MAX_CACHE_BREAKPOINTS
    ? null
    : `A maximum of ${MAX_CACHE_BREAKPOINTS} blocks with cache_control may be provided. Found ${found}.`;
}

function schemaProblem(schema: unknown, at: string): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  const record = schema as Readonly<Record<string, unknown>>;
  if (record['type'] === 'object' && record['additionalProperties'] !== false)
    return `${at}: for 'object' type, 'additionalProperties' must be explicitly set to false`;
  const unsupported = UNSUPPORTED.find((keyword) => keyword in record && typeof record[keyword] !== 'object');
  if (unsupported !== undefined) return `${at}: property '${unsupported}' is not supported`;
  for (const [key, value] of Object.entries(record)) {
    const problem = schemaProblem(value, `${at}.${key}`);
    if (problem !== null) return problem;
  }
  return null;
}
