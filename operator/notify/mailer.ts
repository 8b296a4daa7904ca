import { createTransport } from 'nodemailer';
import type { Logger } from '#common/logger.ts';
import type { Mail, Mailer } from '../controller/ports.ts';

/** Name beside the address of MAIL_FROM. */
const SENDER_NAME = 'SCIM Operator';

/**
 * Hands mails to an SMTP server.
 * @param options.url `smtp://` or `smtps://`, with user and password where the server wants them
 * @param options.from address of the sender, without a name
 * @param options.timeoutMs longest silence of the server that is borne, 10 s unless told
 */
export function createSmtpMailer(options: { readonly url: string; readonly from: string; readonly timeoutMs?: number }): Mailer {
  const timeout = options.timeoutMs ?? 10_000;
  const transport = createTransport({
    url: options.url,
    connectionTimeout: timeout,
    dnsTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    // A mail is made of text alone; nothing of it may name a file or URL to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const server = serverOf(options.url);
  return {
    transport: 'smtp',
    async send(mail: Mail) {
      try {
        await transport.sendMail({
          ...mail,
          from: { name: SENDER_NAME, address: options.from },
          // As text they would be parsed, and an address with a comma or angle bracket would become two recipients.
          to: { name: '', address: mail.to },
          headers: AUTOMATIC,
        });
      } catch (error) {
        throw new Error(`${server} did not take the mail: ${reasonOf(error, options.url)}`, { cause: error });
      }
    },
  };
}

/** RFC 3834 and its Exchange dialect: a machine wrote this, so no absence note comes back. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Stands in where no SMTP server is configured: each mail is written to the log, whole. */
export function createLogMailer(options: { readonly logger: Logger; readonly from: string }): Mailer {
  return {
    transport: 'log',
    async send(mail) {
      options.logger.info({ mail: { from: options.from, ...mail } }, 'mail written to the log, since SMTP_URL is not set');
    },
  };
}

function serverOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** One line of at most 300 characters, free of the URL's user and password even if the server echoed them. */
function reasonOf(error: unknown, url: string): string {
  let text = error instanceof Error ? error.message : String(error);
  const { username, password } = new URL(url);
  for (const secret of [username, password, decodeURIComponent(password)]) {
    if (secret !== '') text = text.replaceAll(secret, '***');
  }
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
