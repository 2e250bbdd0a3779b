/** Plans for clients of the Model Context Protocol: tools and resources over the API, for one connection. */
import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type CallToolResult,
  type Tool as ToolRecord,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Right } from '../access.ts';
import { problemOf, Refusal, refusalOf, unfit } from '../problem.ts';
import type { ProblemDetails } from '../shape.ts';
import { Refused } from './ask.ts';
import { LOOKING } from './looking.ts';
import { listResources, readResource, TEMPLATES } from './resources.ts';
import { RUNNING } from './running.ts';
import { diagnosticLine } from './shown.ts';
import type { Host, Tool } from './tool.ts';
import { WRITING } from './writing.ts';

/** Of what is wrong with a plan, or with a call, so much is told. */
const MAX_TOLD = 20;
const TOOLS: readonly Tool[] = [...LOOKING, ...WRITING, ...RUNNING];

const INSTRUCTIONS = `Plans are Markdown files of a git repository (plans/*.plan.md): phases of tasks, which agents carry out, each as one commit that has passed its gates. The file is the truth: every change that a tool makes is an edit of it and a commit.
Begin with plans_status; the "next" of a plan says what can be done about it. Write a plan with plans_create, mark it ready with plans_edit (change-plan), begin it with plans_run, follow it with plans_status (planId, waitSeconds). Where a task has failed, plans_show with its taskId says why and what it printed.
A run pauses where a person has to say something. To approve a task, to skip it, to take it as done by hand and to raise a budget is their word: only where they have told you to.
A sentence that refuses something may name a command of the command line: plans ready is plans_edit (change-plan, status ready), plans retry, plans skip and plans done are plans_edit (change-task, status pending, skipped, completed).`;

export interface McpOptions extends Host {
  readonly version: string;
  readonly right: Right;
  /** Whether the client is told of changes. */
  readonly tells: boolean;
}

/** Makes a server for one connection. */
export function mcpServer({ version, right, tells, ...host }: McpOptions): McpServer {
  const mcp = new McpServer(
    { name: 'plans', title: 'Plans', version },
    { capabilities: { tools: {}, resources: tells ? { subscribe: true, listChanged: true } : {} }, instructions: INSTRUCTIONS },
  );
  const { server } = mcp;
  server.setRequestHandler('tools/list', () => ({ tools: TOOLS.filter((tool) => isAllowed(tool, right)).map(recordOf) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq: { signal } }) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool "${params.name.slice(0, 100)}".`);
    try {
      if (!isAllowed(tool, right)) throw new Refusal('forbidden', `"${tool.name}" changes something, and here you may only look.`);
      const answer = tool.output.parse(await tool.call(host, inputOf(tool, params.arguments ?? {}) as never, signal));
      return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
    } catch (error) {
      return failed(toldOf(error));
    }
  });
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...TEMPLATES] }));
  server.setRequestHandler('resources/list', ({ params }) => resourceAnswer(() => listResources(host.ask, params?.cursor)));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => resourceAnswer(() => readResource(host.ask, uri), uri));
  if (tells) {
    // Which they are is heard on the way: see `Followed`.
    server.setRequestHandler('resources/subscribe', () => ({}));
    server.setRequestHandler('resources/unsubscribe', () => ({}));
  }
  return mcp;
}

function isAllowed(tool: Tool, right: Right): boolean {
  return right === 'write' || tool.annotations.readOnlyHint;
}

const records = new Map<Tool, ToolRecord>();

function recordOf(tool: Tool): ToolRecord {
  const known = records.get(tool);
  if (known !== undefined) return known;
  const { name, title, description, annotations } = tool;
  const record = {
    name,
    title,
    description,
    annotations,
    inputSchema: schemaOf(tool.input, 'input'),
    outputSchema: schemaOf(tool.output, 'output'),
  };
  records.set(tool, record);
  return record;
}

/** The root is what it is in place: one with a name of its own would be a reference, and the protocol wants an object. */
function schemaOf(shape: z.ZodObject, io: 'input' | 'output'): ToolRecord['inputSchema'] {
  return z.toJSONSchema(shape.extend({}), { target: 'draft-7', io }) as unknown as ToolRecord['inputSchema'];
}

function inputOf(tool: Tool, given: unknown): unknown {
  const { success, data, error } = tool.input.safeParse(given);
  if (!success) throw unfit(error, 'arguments');
  return data;
}

/** What was thrown, as the API tells it. A bug is the connection's: the client hears that there was one. */
function toldOf(error: unknown): ProblemDetails {
  if (error instanceof Refused) return error.problem;
  const refusal = refusalOf(error);
  if (refusal === null) throw error;
  return problemOf(refusal);
}

/** A refusal for a model: the sentence, and what it needs to do better. Programs have the problem itself. */
function failed(problem: ProblemDetails): CallToolResult {
  const { detail, diagnostics = [], errors = [], gate, revision } = problem;
  const left = Math.max(diagnostics.length, errors.length) - MAX_TOLD;
  const lines = [
    detail,
    ...diagnostics.slice(0, MAX_TOLD).map(diagnosticLine),
    ...errors.slice(1, MAX_TOLD).map(({ path, message }) => `${path === '' ? '' : `${path}: `}${message}`),
    ...(left > 0 ? [`… and ${left} more`] : []),
    ...(gate === undefined || gate.tail === '' ? [] : [`The gate "${gate.name}" printed:`, gate.tail]),
    ...(revision === undefined ? [] : [`Its revision now: ${revision}`]),
  ];
  return { isError: true, content: [{ type: 'text', text: lines.join('\n') }], _meta: { 'gitplans/problem': problem } };
}

/** There are no errors of resources but those of the protocol. */
async function resourceAnswer<T>(answer: () => Promise<T>, uri?: string): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    const { status, detail } = toldOf(error);
    if (status === 404 && uri !== undefined) throw new ResourceNotFoundError(uri, detail);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, detail);
  }
}
