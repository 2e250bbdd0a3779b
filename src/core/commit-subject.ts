/** The subjects of commits, in the style that a repository asks for: many have a hook or a check that takes no other. */

/** Characters of a commit's subject; git's own tools show so many. */
export const MAX_SUBJECT_CHARS = 72;
/** Of the text so many characters are kept, however long the rest of the subject is. */
const MIN_TEXT_CHARS = 16;

export const DEFAULT_SUBJECT = '{plan}: {text}';
/** What a style may be: one line of printable characters that says what the commit does. It means the same without the flag `u`, as validators of JSON Schema read it. */
export const SUBJECT_STYLE = /^(?=.*\{(?:text|lowerText)\})(?:[ -z|~\u00A0-\uFFFF]|\{(?:plan|text|lowerText)\})+$/;

/** `commit` of the config. */
export interface SubjectStyle {
  readonly subject: string;
  /** Of commits that land no task; absent: `subject`. */
  readonly planSubject?: string | undefined;
}

/**
 * The subject of a commit, of 72 characters as far as the style leaves room: the text is cut, and what stands behind it stays.
 *
 * @param text what the commit does: a task's title, `started`, `paused: requested`
 * @param landsTask whether it holds the work of a task
 */
export function commitSubject(style: SubjectStyle, plan: string, text: string, landsTask: boolean): string {
  const given = landsTask ? style.subject : (style.planSubject ?? style.subject);
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const fixed = fill(given, plan, '').length;
  const room = Math.max(MIN_TEXT_CHARS, MAX_SUBJECT_CHARS - fixed);
  return fill(
    given,
    plan,
    line.length > room
      ? `${line
          .slice(0, room - 1)
          .toWellFormed()
          .trimEnd()}…`
      : line,
  );
}

function fill(style: string, plan: string, text: string): string {
  const [first = ''] = text;
  const values = { plan, text, lowerText: `${first.toLowerCase()}${text.slice(first.length)}` };
  return style.replaceAll(/\{(plan|text|lowerText)\}/g, (_, name: keyof typeof values) => values[name]);
}
