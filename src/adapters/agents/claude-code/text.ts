/** The events of Claude Code's stream as text for people: what it says, what it does, and what went wrong. */
import { relative, sep } from 'node:path';
import { numberIn, recordIn, recordsIn, textIn, type Json } from './json.ts';

/** Longest account of a tool call. Characters. */
const MAX_CALL = 200;
/** Lines of a tool's error that are shown. */
const MAX_ERROR_LINES = 5;
/** What a tool call is about: the first of these that it has. */
const SUBJECTS = ['command', 'file_path', 'notebook_path', 'pattern', 'path', 'url', 'query', 'skill', 'description', 'prompt'];

/** An event as lines, with the last one's ending; empty for what nobody needs to see. `cwd` shortens paths. */
export function eventText(event: Json, cwd: string): string {
  switch (event['type']) {
    case 'assistant':
      // The result says it too.
      return textIn(event, 'error') === null ? messageText(event, cwd) : '';
    case 'user':
      return recordsIn(recordIn(event, 'message'), 'content').map(toolError).join('');
    case 'system':
      return systemText(event);
    case 'rate_limit_event': {
      const info = recordIn(event, 'rate_limit_info');
      return info['status'] === 'rejected' ? `rate limit: ${textIn(info, 'rateLimitType') ?? 'reached'}\n` : '';
    }
    default:
      return '';
  }
}

function messageText(event: Json, cwd: string): string {
  const indent = textIn(event, 'parent_tool_use_id') === null ? '' : '  ';
  const parts = recordsIn(recordIn(event, 'message'), 'content').map((block) => {
    if (block['type'] === 'text') return textIn(block, 'text')?.trim() ?? '';
    return block['type'] === 'tool_use' ? `→ ${callText(textIn(block, 'name') ?? 'a tool', recordIn(block, 'input'), cwd)}` : '';
  });
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part.replaceAll(/^/gm, indent)}\n`)
    .join('');
}

/** `Write src/user.ts`, `Bash npm test`. */
export function callText(name: string, input: Json, cwd: string): string {
  const subject = SUBJECTS.map((key) => textIn(input, key)).find((found) => found !== null) ?? '';
  const short = subject.startsWith(cwd + sep) ? relative(cwd, subject) : subject;
  const line = `${name} ${short.replaceAll(/\s+/g, ' ')}`.trim();
  return line.length > MAX_CALL ? `${line.slice(0, MAX_CALL)}…` : line;
}

/** What a tool answered. */
export function resultText(block: Json): string {
  const parts = recordsIn(block, 'content').map((part) => textIn(part, 'text') ?? '');
  return textIn(block, 'content') ?? parts.join('\n');
}

function toolError(block: Json): string {
  if (block['type'] !== 'tool_result' || block['is_error'] !== true) return '';
  const lines = resultText(block).trim().split('\n');
  const shown = lines.slice(0, MAX_ERROR_LINES);
  if (lines.length > shown.length) shown.push(`… ${lines.length - shown.length} more lines`);
  return shown.map((line, index) => `${index === 0 ? '✗' : ' '} ${line}\n`).join('');
}

function systemText(event: Json): string {
  switch (event['subtype']) {
    case 'init':
      return `Claude Code ${textIn(event, 'claude_code_version') ?? ''}, ${textIn(event, 'model') ?? 'unknown model'}, session ${textIn(event, 'session_id') ?? ''}\n`;
    case 'api_retry': {
      const status = numberIn(event, 'error_status');
      const what = `${textIn(event, 'error') ?? 'error'}${status === 0 ? '' : ` (${status})`}`;
      const seconds = Math.ceil(numberIn(event, 'retry_delay_ms') / 1_000);
      return `… ${what}: asking again in ${seconds} s (${numberIn(event, 'attempt')} of ${numberIn(event, 'max_retries')})\n`;
    }
    case 'informational':
      return `… ${textIn(event, 'content') ?? ''}\n`;
    case 'compact_boundary':
      return '… the conversation was shortened\n';
    default:
      return '';
  }
}
