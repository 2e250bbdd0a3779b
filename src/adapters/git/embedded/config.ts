/** As much of git's configuration format as deciding needs. */

/** `section.subsection.key` → last value; section and key in lower case. */
export type Config = ReadonlyMap<string, string>;

const SECTION = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*(.*)$/;
const SETTING = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/;

/** Reads a configuration file's text. What it does not understand it leaves out. */
export function parseConfig(text: string): Config {
  const config = new Map<string, string>();
  let section = '';
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const header = SECTION.exec(line);
    if (header) section = [header[1]?.toLowerCase(), header[2]].filter((part) => part !== undefined).join('.');
    const setting = SETTING.exec(header ? (header[3] ?? '') : line);
    if (setting?.[1]) config.set(`${section}.${setting[1].toLowerCase()}`, setting[2] === undefined ? 'true' : parseValue(setting[2]));
  }
  return config;
}

/** Whether a setting is on: git takes several words for it. */
export const isOn = (value: string | undefined): boolean => value !== undefined && /^(true|yes|on|1)$/i.test(value);

/** Quotes group, a backslash escapes, `#` and `;` begin a comment outside of quotes. */
function parseValue(text: string): string {
  let value = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') quoted = !quoted;
    else if (char === '\\') value += unescape(text[++at] ?? '');
    else if (!quoted && (char === '#' || char === ';')) break;
    else value += char;
  }
  return quoted || text.trimEnd().endsWith('"') ? value : value.trim();
}

const unescape = (char: string): string => ({ n: '\n', t: '\t', b: '\b' })[char] ?? char;
