import { readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc; Linux has had 100 on every architecture for as long as Node runs there. */
const TICKS_PER_SECOND = 100;

/** What a process uses, as the kernel has it. */
export interface ProcessUsage {
  /** Resident memory in bytes: now, and the most it ever was. */
  readonly rss: number;
  readonly peakRss: number;
  /** Processor time in seconds since its start, user and system, all threads. */
  readonly cpu: number;
}

/** @throws Error when the process is gone, or the system is no Linux */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const [status, stat] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
  return { ...parseStatus(status), cpu: parseStat(stat) };
}

/** @param text of /proc/<pid>/status */
export function parseStatus(text: string): Pick<ProcessUsage, 'rss' | 'peakRss'> {
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1_024;
  return { rss: bytes('VmRSS'), peakRss: bytes('VmHWM') };
}

/**
 * @param text of /proc/<pid>/stat
 * @returns seconds of processor time
 */
export function parseStat(text: string): number {
  // The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
  const [, , , , , , , , , , , user, system] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}
