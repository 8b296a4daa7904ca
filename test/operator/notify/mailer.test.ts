import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import type { Mail } from '#operator/controller/ports.ts';
import { createLogMailer, createSmtpMailer } from '#operator/notify/mailer.ts';
import { aMail, describeMailer } from '#test/contracts/mailer-contract.ts';
import { freePort } from '#test/support/free-port.ts';
import { startSmtpSink } from '#test/support/smtp-sink.ts';

const FROM = 'scim@example.com';

describeMailer('createSmtpMailer', async () => {
  const sink = await startSmtpSink();
  return {
    mailer: createSmtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: FROM }),
    taken: async () => sink.mails,
    close: () => sink.stop(),
  };
});

describeMailer('createLogMailer', async () => {
  const output = new PassThrough();
  const lines: string[] = [];
  output.on('data', (chunk: Buffer) => lines.push(...chunk.toString('utf8').trim().split('\n')));
  return {
    mailer: createLogMailer({ logger: pino(output), from: FROM }),
    taken: async () => lines.map((line) => (JSON.parse(line) as { mail: Mail }).mail),
    close: async () => {},
  };
});

describe('createSmtpMailer', () => {
  test('says who sent it, and that a machine wrote it', async () => {
    const seen: string[] = [];
    await using server = await startBareSmtp((line) => seen.push(line));
    await createSmtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from: FROM }).send(aMail());
    expect(seen).toEqual(
      expect.arrayContaining([
        'MAIL FROM:<scim@example.com>',
        'RCPT TO:<hr-it@acme.example>',
        'From: SCIM Operator <scim@example.com>',
        'Auto-Submitted: auto-generated',
        'X-Auto-Response-Suppress: All',
        'Message-ID: <trip-1.0f5c.0123456789ab@scim.example>',
      ]),
    );
    expect(seen.join('\n')).toMatch(/Content-Type: multipart\/alternative;[^]*Content-Type: text\/plain[^]*Content-Type: text\/html/);
  });

  test('names the server, not its user and password, when nobody listens', async () => {
    const port = await freePort();
    const mailer = createSmtpMailer({ url: `smtp://robot:s3cret-w0rd@127.0.0.1:${port}`, from: FROM });
    const failure = await mailer.send(aMail()).catch((error: Error) => error.message);
    expect(failure).toContain(`smtp://127.0.0.1:${port} did not take the mail: `);
    expect(failure).toContain('ECONNREFUSED');
    expect(failure).not.toMatch(/robot|s3cret/);
  });

  test('hides a password that the server echoes', async () => {
    await using server = await startBareSmtp(() => {}, { AUTH: '535 no user robot with s3cret w0rd' });
    const mailer = createSmtpMailer({ url: `smtp://robot:s3cret%20w0rd@127.0.0.1:${server.port}`, from: FROM });
    const failure = await mailer.send(aMail()).catch((error: Error) => error.message);
    expect(failure).toContain('535 no user *** with ***');
  });

  test('reports the answer of a server that refuses the recipient', async () => {
    await using sink = await startSmtpSink({ refuse: ['nobody@acme.example'] });
    const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: FROM });
    await expect(mailer.send(aMail({ to: 'nobody@acme.example' }))).rejects.toThrow(/did not take the mail: .*550 no such mailbox/);
    expect(sink.mails).toEqual([]);
  });

  test('does not wait for ever for a server that says nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: FROM, timeoutMs: 100 });
    await expect(mailer.send(aMail())).rejects.toThrow(/did not take the mail: (Greeting never received|Timeout)/);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('sends one mail only, whatever line breaks an address or subject holds', async () => {
    await using sink = await startSmtpSink();
    const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: FROM });
    await mailer.send(aMail({ subject: 'Acme\r\nBcc: spy@evil.example\r\n\r\nhello' }));
    for (const to of ['a@acme.example>\r\nRCPT TO:<spy@evil.example', 'a@acme.example, spy@evil.example', 'a<spy@evil.example>']) {
      await mailer.send(aMail({ to })).catch(() => {});
    }
    expect(sink.mails.map(({ to }) => to)).toEqual(['hr-it@acme.example']);
  });
});

interface BareSmtp extends AsyncDisposable {
  readonly port: number;
}

/** Enough of an SMTP server to see the lines that a client writes; `answers` replaces the answer to a verb. */
async function startBareSmtp(onLine: (line: string) => void, answers: Readonly<Record<string, string>> = {}): Promise<BareSmtp> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let data = false;
    socket.write('220 bare ESMTP\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('utf8').split('\r\n')) {
        if (line === '') continue;
        onLine(line);
        if (data && line !== '.') continue;
        const verb = line.split(/[ :]/)[0] ?? '';
        data = verb === 'DATA';
        if (verb === 'EHLO') socket.write('250-bare\r\n250 AUTH PLAIN\r\n');
        else
          socket.write(
            `${answers[verb] ?? (data ? '354 go on' : verb === 'QUIT' ? '221 bye' : verb === 'AUTH' ? '235 in' : '250 ok')}\r\n`,
          );
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
