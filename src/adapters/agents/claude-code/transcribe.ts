/** The events of Claude Code's stream as entries of a transcript. */
import type { Transcript } from '../transcript.ts';
import { recordIn, recordsIn, textIn, type Json } from './json.ts';
import { resultText } from './text.ts';

/** Adds what an event says; `text` is what people are shown of it. */
export function transcribe(transcript: Transcript, event: Json, text: string): void {
  switch (event['type']) {
    case 'assistant':
    case 'user':
      for (const block of recordsIn(recordIn(event, 'message'), 'content')) addBlock(transcript, block);
      return;
    case 'system':
    case 'rate_limit_event':
      // Its beginning has an entry of its own.
      if (text !== '' && event['subtype'] !== 'init') transcript.add({ type: 'notice', text: text.trim() });
  }
}

function addBlock(transcript: Transcript, block: Json): void {
  const said = textIn(block, 'text') ?? textIn(block, 'thinking');
  switch (block['type']) {
    case 'text':
    case 'thinking':
      if (said !== null) transcript.add({ type: block['type'], text: said });
      return;
    case 'tool_use': {
      const input = JSON.stringify(recordIn(block, 'input'));
      return transcript.add({ type: 'call', id: textIn(block, 'id') ?? '', tool: textIn(block, 'name') ?? '', input });
    }
    case 'tool_result':
      transcript.add({
        type: 'result',
        id: textIn(block, 'tool_use_id') ?? '',
        failed: block['is_error'] === true,
        text: resultText(block),
      });
  }
}
