/** Loaded before a program (`--import`): its wall clock jumps a day ahead with SIGUSR2, and back with SIGHUP. */
const DAY_MS = 24 * 3_600_000;
const RealDate = Date;
let jumpMs = 0;

const now = (): number => RealDate.now() + jumpMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) => Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as object,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});

process.on('SIGUSR2', () => (jumpMs = DAY_MS));
process.on('SIGHUP', () => (jumpMs = 0));
