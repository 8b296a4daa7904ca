import { parseArgs } from 'node:util';

export interface SoakFlags {
  readonly minutes: number;
  readonly seed: string;
  readonly tenants: number;
  readonly pods: number;
  readonly settleSeconds: number;
}

export const HELP = `npm run soak -- [flags]

Starts a small installation on real servers (kube-apiserver, etcd, a MongoDB-compatible server, an SMTP server, two operators, the pods of
the service), walks at random over tenants, people and faults, and compares what is wanted with what is there, every 2.5 minutes and at the
end, when the faults have stopped.
Ends with 0 when nothing differs, else with 1 and a list; the logs are kept then, in a folder whose name is printed.

  --minutes N   how long the walk lasts; 10. Half of it is storm (every process is killed, stopped and cut off, and two of them at once), half
                is weather (no operator is ended, and no pod but the last, so that memory can be watched; judged from 4 minutes on)
  --seed TEXT   which walk; printed, and by chance unless told. Choices are repeated, their moments are not: processes are real
  --tenants N   how many ScimTenants there are at most; 12
  --pods N      pods of the service, 2 or 3; 3
  --settle N    seconds that everything is given after the last fault of a round; 120
  --help        this
`;

/** @throws Error with a message for whoever typed it */
export function readFlags(args: readonly string[], anySeed: () => string): SoakFlags | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      tenants: { type: 'string', default: '12' },
      pods: { type: 'string', default: '3' },
      settle: { type: 'string', default: '120' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    minutes: numberOf('--minutes', values.minutes, { least: 0.1, most: 1_440 }),
    seed: values.seed ?? anySeed(),
    tenants: numberOf('--tenants', values.tenants, { least: 1, most: 200 }),
    pods: numberOf('--pods', values.pods, { least: 2, most: 3 }),
    settleSeconds: numberOf('--settle', values.settle, { least: 10, most: 3_600 }),
  };
}

function numberOf(flag: string, text: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const number = Number(text);
  if (!(number >= least && number <= most)) throw new Error(`${flag} ${text}: write a number from ${least} to ${most}`);
  return number;
}
