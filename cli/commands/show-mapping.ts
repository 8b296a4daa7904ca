import { readTenantArgument, wrongUsage, type CommandLine } from '../command-line.ts';
import { loadTenant } from '../load-tenant.ts';
import { describeMapping } from '../mapping/describe-mapping.ts';
import { renderMapping } from '../mapping/render-mapping.ts';
import type { Terminal } from '../terminal.ts';

/** `show`: prints the mapping as it is served. */
export async function showMapping({ positionals, flags, values }: CommandLine, terminal: Terminal): Promise<number> {
  const [name, ...rest] = positionals;
  const key = readTenantArgument('show', name);
  if (rest.length > 0) throw wrongUsage('show', `"show" takes one tenant and nothing more`);
  const tenant = await loadTenant(key, values.get('file'), terminal);
  const description = describeMapping(tenant);
  terminal.out(flags.has('json') ? `${JSON.stringify(description, null, 2)}\n` : renderMapping(description, tenant.place));
  return 0;
}
