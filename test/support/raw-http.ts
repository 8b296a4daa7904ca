import { connect } from 'node:net';

/**
 * Sends bytes as they are and collects what comes back until the server closes the connection, or until nothing
 * came for `quiet` milliseconds.
 */
export async function sendRaw(port: number, bytes: string | Uint8Array, quiet = 1_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.setEncoding('latin1');
    socket.setTimeout(quiet, () => socket.destroy());
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', (error: NodeJS.ErrnoException) => (['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? undefined : reject(error)));
    socket.on('close', () => resolve(answer));
  });
}

/** Status of the first answer in what `sendRaw` gave; 0 for none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

/** JSON body of the first answer. */
export function bodyOf(answer: string): unknown {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return JSON.parse(rest.join('\r\n\r\n').slice(0, length));
}
