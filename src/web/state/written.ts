/** What can be read of a structured answer while it is being written: a plan's phases and tasks, a review's words. */

export interface Written {
  readonly words: string;
  readonly parts: readonly WrittenPart[];
}

interface WrittenPart {
  /** Empty where the items stand for themselves. */
  readonly title: string;
  readonly items: readonly string[];
}

/** Null where the text is no such answer. */
export function writtenIn(text: string): Written | null {
  const answer = text.trimStart().startsWith('{') ? asFarAsWritten(text) : null;
  if (answer === null) return null;
  const { description, assessment, phases, suggestions } = answer;
  const parts = listOf(phases).map(({ title, tasks }) => ({
    title: wordsOf(title),
    items: listOf(tasks).map((task) => wordsOf(task['title'])),
  }));
  const reasons = listOf(suggestions).map(({ reasoning }) => wordsOf(reasoning));
  return { words: wordsOf(description ?? assessment), parts: reasons.length === 0 ? parts : [{ title: '', items: reasons }] };
}

type Fields = Readonly<Record<string, unknown>>;

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((one): one is Fields => typeof one === 'object' && one !== null) : [];
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** JSON that breaks off: closed where it does, or else where its last whole value ends. Null where it is none. */
function asFarAsWritten(text: string): Fields | null {
  const closers: string[] = [];
  let whole = { length: 0, closers: '' };
  let isString = false;
  const closing = (): string => closers.toReversed().join('');
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isString) {
      if (character === '\\') at += 1;
      else if (character === '"') isString = false;
      continue;
    }
    if (character === '"') isString = true;
    if (character === ',') whole = { length: at, closers: closing() };
    if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']');
      whole = { length: at + 1, closers: closing() };
    }
    if (character === '}' || character === ']') closers.pop();
  }
  return read(`${text}${isString ? '"' : ''}${closing()}`) ?? read(text.slice(0, whole.length) + whole.closers);
}

function read(json: string): Fields | null {
  try {
    return JSON.parse(json) as Fields;
  } catch {
    return null;
  }
}
