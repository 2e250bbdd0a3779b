import type { Output } from '../../src/commands/context.ts';

/** An output that keeps what was written. */
export function captured(
  options: { columns?: number; rows?: number; isTTY?: boolean; color?: boolean; heard?: ((text: string) => void) | undefined } = {},
) {
  let text = '';
  let resize: (() => void) | undefined;
  const size = { columns: options.columns ?? 80, rows: options.rows ?? 24 };
  const output: Output = {
    write: (more) => {
      text += more;
      options.heard?.(more);
    },
    isTTY: options.isTTY ?? false,
    color: options.color ?? false,
    size: () => size,
    onResize: (listener) => {
      resize = listener;
      return () => {
        resize = undefined;
      };
    },
  };
  return {
    output,
    text: () => text,
    take: () => {
      const taken = text;
      text = '';
      return taken;
    },
    resizeTo: (columns: number, rows: number) => {
      size.columns = columns;
      size.rows = rows;
      resize?.();
    },
    listening: () => resize !== undefined,
  };
}
