import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
}

export interface SmtpSink extends AsyncDisposable {
  readonly port: number;
  /** One entry for each recipient of each accepted message, oldest first; kept over stop and start. */
  readonly mails: readonly ReceivedMail[];
  /** Closes the port; mails can't be delivered until `start`. */
  stop(): Promise<void>;
  /** Listens on the same port again. */
  start(): Promise<void>;
  /** Answers each recipient with 451, as a server does that is overloaded, until told otherwise. */
  refuseForNow(refuses: boolean): void;
}

/** A real SMTP server on a free port that keeps what it is given. */
export async function startSmtpSink(options: { readonly refuse?: readonly string[] } = {}): Promise<SmtpSink> {
  const mails: ReceivedMail[] = [];
  let port = 0;
  let server: SMTPServer | null = null;
  let isRefusing = false;
  const sink: SmtpSink = {
    get port() {
      return port;
    },
    mails,
    async stop() {
      const running = server;
      server = null;
      if (running) await new Promise<void>((resolve) => running.close(resolve));
    },
    async start() {
      server = createServer(mails, options.refuse ?? [], () => isRefusing);
      const listener = server.listen(port, '127.0.0.1');
      await once(listener, 'listening');
      port = (listener.address() as AddressInfo).port;
    },
    refuseForNow(refuses) {
      isRefusing = refuses;
    },
    [Symbol.asyncDispose]: () => sink.stop(),
  };
  await sink.start();
  return sink;
}

function createServer(mails: ReceivedMail[], refuse: readonly string[], isRefusing: () => boolean): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(address, _session, callback) {
      if (isRefusing()) return callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
      return callback(refuse.includes(address.address) ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : undefined);
    },
    onData(stream, session, callback) {
      simpleParser(stream).then(
        (parsed) => {
          for (const recipient of session.envelope.rcptTo) {
            mails.push({
              to: recipient.address,
              subject: parsed.subject ?? '',
              text: parsed.text ?? '',
              html: parsed.html || '',
              messageId: parsed.messageId ?? '',
            });
          }
          callback();
        },
        (error: Error) => callback(error),
      );
    },
  });
}
