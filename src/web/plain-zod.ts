/** The server's policy forbids code made from text. Told so before its first schema, zod does not try, and the console stays clean. */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
