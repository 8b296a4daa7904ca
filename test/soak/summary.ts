import { mebibytes } from './audit/audit-memory.ts';
import type { SoakFlags } from './flags.ts';
import type { SoakResult } from './soak.ts';

/** What was done how often, what memory was used, and what is wrong, for a person to read. */
export function summary(flags: SoakFlags, { counts, memory, settledAfter, findings }: SoakResult): string {
  const lines = [`\nseed ${flags.seed}, ${flags.minutes} min, up to ${flags.tenants} tenants, ${flags.pods} pods, 2 operators`];
  for (const [title, table] of Object.entries(counts)) {
    const rows = (table instanceof Map ? [...(table as ReadonlyMap<string, number>)] : Object.entries(table)) as [string, number][];
    if (rows.length === 0) continue;
    lines.push(
      '',
      `${title}:`,
      ...rows.toSorted(([, one], [, other]) => other - one).map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`),
    );
  }
  lines.push('', 'memory (median of the first and of the second half of the time that was watched):');
  if (memory.length === 0) lines.push('  not judged: no process lived long enough, which takes a walk of 4 minutes or more');
  for (const { process, samples, first, second, isFlat } of memory) {
    lines.push(`  ${process.padEnd(16)} ${mebibytes(first)}, ${mebibytes(second)} (${samples} samples)${isFlat ? '' : ' GROWS'}`);
  }
  const times = settledAfter.map((milliseconds) => `${(milliseconds / 1_000).toFixed(0)} s`);
  lines.push('', `rounds that settled, after their last fault: ${times.join(', ') || 'none'}`);
  lines.push('', findings.length === 0 ? 'nothing differs' : `${findings.length} findings:`, ...findings.map((finding) => `- ${finding}`));
  return `${lines.join('\n')}\n`;
}
