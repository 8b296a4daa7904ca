import { run } from './run.ts';

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { env } = process;
process.exitCode = await run(process.argv.slice(2), {
  get input() {
    return process.stdin;
  },
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  environment: env,
  // npm runs a script in the folder of package.json, and a person names files from where they are.
  folder: (env['npm_lifecycle_event'] === 'tenant' && env['INIT_CWD']) || process.cwd(),
  interrupted() {
    const stop = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
    return stop.signal;
  },
});
