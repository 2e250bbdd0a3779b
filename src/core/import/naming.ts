/** A title for a list that gives itself none: what its folder or file is called. */

/** Files whose name says only what they are. */
const GENERIC = /^(?:tasks?|todos?|plan|issues|index|readme|implementation[-_ ]plan)$/i;
/** Folders that hold whatever there is. */
const HOLDERS = new Set([
  'specs',
  'spec',
  'changes',
  'archive',
  'docs',
  'plans',
  'phases',
  'tasks',
  'backlog',
  'planning',
  'taskmaster',
  'beads',
  'kiro',
  'src',
  '',
]);

/** Words from a path, the innermost name that says something: `specs/001-user-auth/tasks.md` → `User auth`, `todo.md` → `Todo`. */
export function titleFromPath(path: string): string {
  const names = path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .toReversed()
    .map((part, index) => wordsOf(index === 0 ? part.replace(/(?<=.)\.[a-z]+$/i, '') : part));
  const said = names.find((words) => !GENERIC.test(words.replaceAll(' ', '-')) && !HOLDERS.has(words.toLowerCase()));
  const words = said ?? names[0] ?? '';
  return words === '' ? 'Tasks' : words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** The words of a name, without the number or the date before them. */
function wordsOf(name: string): string {
  return name
    .replace(/^\./, '')
    .replace(/^(?:\d{4}-\d{2}-\d{2}|\d{2,4}(?:\.\d+)?)[-_ ]+(?=\D)/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
}
