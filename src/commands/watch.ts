/** `plans watch`: what changes in the plan files, as it changes. */
import { EXIT, type Command } from './context.ts';
import { inWorkspace } from './reading.ts';
import { paintLines } from './terminal/line.ts';
import { watchLines } from './terminal/watch.ts';

/** Watches until a signal comes. */
export const watch: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { watchWorkspace } = await import('../engine/watcher.ts');
    const { out, json, quiet } = context;
    const watching = watchWorkspace(
      workspace,
      (published) => {
        if (json) out.write(`${JSON.stringify(published)}\n`);
        else if (!quiet || published.event.type !== 'watch-started')
          out.write(paintLines(watchLines(published, out.size().columns), out.color));
      },
      { polling: input.flag('poll') },
    );
    const stopListening = context.onSignal(() => void watching.close());
    try {
      await watching.ended;
      return EXIT.done;
    } finally {
      stopListening();
    }
  });
