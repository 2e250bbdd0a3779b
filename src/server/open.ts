/** What a server is made of, whoever it talks to: the repositories, opened, and what its parts share. */
import { Access, type AccessOptions } from './access.ts';
import { Jobs } from './jobs.ts';
import { Guesses, RateLimit } from './limits.ts';
import { Requests } from './requests.ts';
import { openRegistry, servedFolders, type Told } from './served.ts';
import type { Server } from './server.ts';
import { Streams } from './stream.ts';

/** What costs money: so many at once, and so many a minute from then on. */
const PLANNER_RATE = { burst: 5, perMinute: 5 } as const;
const RUN_RATE = { burst: 20, perMinute: 20 } as const;

export interface OpenOptions extends Told {
  /** Absolute. None: `cwd`. */
  readonly folders: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly access: AccessOptions;
}

/** A server, and its end: conversations are stopped, and what they have cost is written down. */
export interface Opened {
  readonly server: Server;
  readonly close: () => Promise<void>;
}

/** Opens the repositories. A {@link Problem} says which cannot be served, and why. */
export async function openServer({ folders, cwd, env, version, access, notice, watched }: OpenOptions): Promise<Opened> {
  const registry = await openRegistry(servedFolders(folders, cwd), { notice, watched });
  const streams = new Streams(registry);
  const jobs = new Jobs(notice);
  for (const served of registry.all) jobs.restore(served);
  return {
    server: {
      registry,
      streams,
      access: new Access(access),
      env,
      version,
      guesses: new Guesses(),
      limits: { planner: new RateLimit('Asking Claude', PLANNER_RATE), runs: new RateLimit('A run', RUN_RATE) },
      jobs,
      requests: new Requests(),
      startedAt: Date.now(),
      now: () => new Date(),
    },
    close: async () => {
      streams.close();
      await jobs.close();
      await registry.close();
    },
  };
}
