/** List items that look like tasks and are none to GFM. */
import type { Span } from './diagnostic.ts';
import type { Finding } from './rules.ts';

/**
 * What is wrong with the box at the start of an item's paragraph; null where there is nothing like a box.
 * https://github.github.com/gfm/#task-list-items-extension-: brackets around one blank or `x`, then white space, then text.
 */
export function unreadBox(text: string, start: number, end: number): Finding | null {
  const source = text.slice(start, end);
  const match = /^\[(?:[ \t\u00A0\u3000]*|[ \t]*[xX][ \t]*)\]/.exec(source);
  if (match === null) return null;
  const box = match[0];
  const span: Span = { offset: start, length: box.length };
  const rest = source.slice(box.length);
  if (rest.trim() === '') {
    return { rule: 'box-without-title', message: `"${box}" has no text after it, and is no task. Write the task's title after it.`, span };
  }
  if (/^[([]/.test(rest) && /x/i.test(box)) {
    const message = `"${box}${rest.slice(0, 1)}…" is a link, not a checkbox. For a task, put a space after "${box}".`;
    return { rule: 'linked-box', message, span };
  }
  const right = /x/i.test(box) ? '[x]' : '[ ]';
  const wide = /^[\s\u200B]+/.exec(rest)?.[0] ?? '';
  const narrow = /^[ \t\r\n]/.test(rest);
  const edits = [{ offset: start, length: box.length + (narrow ? 0 : wide.length), text: narrow ? right : `${right} ` }];
  const message = `GitHub does not read "${box}${rest.slice(0, 1).trim()}" as a checkbox, so this would be no task. Write "${right} " and then the title.`;
  return { rule: 'unread-box', message, span, fix: { title: `Write "${right} "`, edits } };
}
