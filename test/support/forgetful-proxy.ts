import { createConnection, createServer, type AddressInfo } from 'node:net';

export interface ForgetfulProxy extends AsyncDisposable {
  readonly port: number;
  /** How many answers were lost. */
  lost(): number;
  loseNextAnswerTo(command: string): void;
}

/** A wire that drops the line, once, when the server answers to a named command: the command was carried out, and nobody knows. */
export async function startForgetfulProxy(target: { readonly host: string; readonly port: number }): Promise<ForgetfulProxy> {
  let command: string | null = null;
  let lost = 0;
  const proxy = createServer((inbound) => {
    const outbound = createConnection(target);
    let doomed = false;
    for (const socket of [inbound, outbound]) socket.on('error', () => socket.destroy());
    inbound.on('data', (data) => {
      // A command's name is its first field.
      doomed ||= command !== null && data.includes(`${command}\0`);
      outbound.write(data);
    });
    outbound.on('data', (data) => {
      if (!doomed) return void inbound.write(data);
      command = null;
      lost += 1;
      inbound.destroy();
      return outbound.destroy();
    });
    inbound.once('close', () => outbound.destroy());
    outbound.once('close', () => inbound.destroy());
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    lost: () => lost,
    loseNextAnswerTo(name: string) {
      command = name;
    },
    async [Symbol.asyncDispose]() {
      proxy.close();
    },
  };
}
