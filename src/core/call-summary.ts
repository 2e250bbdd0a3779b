/** Calls of tools in one line. Apart from the shapes of transcripts, so that a browser loads no more than this. */

/** What of a tool's input says what the call is about, on one line: a command, a path, or what is searched for. */
export function callSummary(tool: string, input: unknown): string {
  const given = typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  const of = (...names: readonly string[]): string => {
    const found = names.map((name) => given[name]).find((value) => typeof value === 'string' && value !== '');
    return typeof found === 'string' ? found : '';
  };
  const command = of('command');
  if (command !== '') return `$ ${command}`;
  const [pattern, path] = [of('pattern', 'query'), of('file_path', 'path', 'url', 'notebook_path')];
  return [tool, pattern, path === '' ? '' : pattern === '' ? path : `in ${path}`].filter((part) => part !== '').join(' ');
}
