/** What the command line starts that goes on beside it: the shapes that both sides know, as neither may know the other. */

/** Whoever serves repositories. */
interface ServingOptions {
  /** Absolute. None: `cwd`. */
  readonly folders: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Told what no client is told. */
  readonly notice: (text: string) => void;
}

/** What is served, where, and to whom. */
export interface ServeOptions extends ServingOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Further names by which it may be called. */
  readonly hosts: readonly string[];
  /** A token is asked for on the loopback interface too. */
  readonly guarded: boolean;
}

/** A server that listens; it keeps the process alive until it is closed. */
export interface Serving {
  /** Where it can be reached. */
  readonly url: string;
  readonly repositories: readonly { readonly id: string; readonly root: string }[];
  /** A token that was made for this server and is told once; null where none is asked for, or the caller knows it. */
  readonly newToken: string | null;
  close(): Promise<void>;
}

/** What the client that has started this process may do. */
export interface ConnectOptions extends ServingOptions {
  readonly readOnly: boolean;
}

/** A connection that is open. */
export interface Connected {
  /** The client has gone, and has the answers to what it asked. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}
