import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster, type Cluster } from '../e2e/cluster.ts';
import type { Program } from '../support/program.ts';
import { LogBook } from './audit/log-book.ts';

/** One of our programs, under a name that outlives its processes. */
export interface Member {
  readonly kind: 'operator' | 'pod';
  readonly name: string;
  program: Program;
  /** How often it was started. */
  starts: number;
  adminPort: number;
  /** Of a pod, where directories reach it; 0 of an operator. */
  readonly port: number;
}

export interface InstallationOptions {
  readonly pods: number;
  /** Where the logs go, one file for each name. */
  readonly folder: string;
  /** Told of what happens. */
  readonly say: (line: string) => void;
}

/** A whole small installation. Whatever ends is started again, as the kubelet does; what nobody ended is a finding. */
export class Installation implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly members: Member[] = [];
  readonly logs = new LogBook();
  readonly #options: InstallationOptions;
  readonly #files = new Map<string, WriteStream>();
  readonly #findings: string[] = [];
  readonly #ended = new Set<Program>();
  #isClosing = false;

  private constructor(cluster: Cluster, options: InstallationOptions) {
    this.cluster = cluster;
    this.#options = options;
  }

  static async start(options: InstallationOptions): Promise<Installation> {
    let installation: Installation | null = null;
    const cluster = await startCluster({
      hasApiWire: true,
      // Real compactions, so that an old watch gets 410; watches end within 20 to 40 s.
      apiServer: { flags: ['--etcd-compaction-interval=15s', '--min-request-timeout=20'] },
      onLine: (program, line) => installation?.log(program, line),
    });
    installation = new Installation(cluster, options);
    for (const name of ['operator-1', 'operator-0']) {
      const program = await cluster.startOperator(name, OPERATOR_ENV);
      installation.#join({ kind: 'operator', name, program, starts: 1, adminPort: program.adminPort, port: 0 });
    }
    for (let index = 0; index < options.pods; index += 1) {
      const pod = await cluster.startService(`scim-${index}`);
      const { program, adminPort, port } = pod;
      installation.#join({ kind: 'pod', name: `scim-${index}`, program, starts: 1, adminPort, port });
    }
    return installation;
  }

  get operators(): readonly Member[] {
    return this.members.filter(({ kind }) => kind === 'operator');
  }

  get pods(): readonly Member[] {
    return this.members.filter(({ kind }) => kind === 'pod');
  }

  findings(): readonly string[] {
    return [...this.#findings, ...this.logs.findings()];
  }

  log(program: string, line: string): void {
    const file = this.#files.get(program) ?? createWriteStream(join(this.#options.folder, `${program}.log`), { flags: 'a' });
    this.#files.set(program, file);
    file.write(`${line}\n`);
    if (!this.#isClosing) this.logs.see(program, line);
  }

  /** Ends the process by a signal and starts the next one after a while. A SIGTERM is obeyed with code 0. */
  async restart(member: Member, signal: 'SIGTERM' | 'SIGKILL', downMs: number): Promise<void> {
    const { program } = member;
    this.#ended.add(program);
    const end = await program.stop(signal);
    if (signal === 'SIGTERM' && end !== 0) this.#findings.push(`${member.name} ended with ${end} after SIGTERM`);
    await sleep(downMs);
    await this.#startAgain(member);
  }

  async #startAgain(member: Member): Promise<void> {
    if (this.#isClosing) return;
    const { cluster } = this;
    if (member.kind === 'operator') {
      const program = await cluster.startOperator(member.name, OPERATOR_ENV);
      Object.assign(member, { program, adminPort: program.adminPort });
    } else {
      const { adminPort, port } = member;
      member.program = cluster.restartService(member.name, { adminPort, port, mongoPort: cluster.mongoWire.port }).program;
    }
    Object.assign(member, { starts: member.starts + 1 });
    this.#watch(member);
  }

  #join(member: Member): void {
    this.members.push(member);
    this.#watch(member);
  }

  #watch(member: Member): void {
    const { program } = member;
    void program.exited.then(async (end) => {
      if (this.#isClosing || this.#ended.has(program)) return;
      this.#findings.push(`${member.name} ended by itself with ${end}; its last lines:\n${program.lines.slice(-5).join('\n')}`);
      this.#options.say(`${member.name} has ended by itself (${end}) and is started again`);
      await sleep(1_000);
      await this.#startAgain(member);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await this.cluster[Symbol.asyncDispose]();
    for (const file of this.#files.values()) file.end();
  }
}

const OPERATOR_ENV = { PLATFORM_EMAILS: 'platform@example.com' };
