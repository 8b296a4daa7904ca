import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Mail, Mailer } from '#operator/controller/ports.ts';
import { createSmtpMailer } from '#operator/notify/mailer.ts';
import { createNotifier, type NotifierParts } from '#operator/notify/outbox.ts';
import { aTripNotice } from '#test/support/a-trip-notice.ts';
import { startSmtpSink } from '#test/support/smtp-sink.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const FROM = 'scim@example.com';

/** Takes or refuses by script; remembers what it was given. */
class ScriptedMailer implements Mailer {
  readonly transport = 'smtp';
  readonly mails: Mail[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  answer: () => Promise<void> = async () => {};

  async send(mail: Mail): Promise<void> {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    try {
      await this.answer();
      this.mails.push(mail);
    } finally {
      this.atOnce -= 1;
    }
  }
}

function open(overrides: Partial<NotifierParts> & Pick<NotifierParts, 'mailer'>) {
  const controller = new AbortController();
  const settled: string[] = [];
  const attempts: string[] = [];
  const pauses: number[] = [];
  let now = 0;
  const notifier = createNotifier({
    from: FROM,
    docsUrl: null,
    home: 'kubernetes',
    onSettled: (key) => settled.push(key),
    onAttempt: (outcome) => attempts.push(outcome),
    monotonic: () => now,
    logger: pino({ level: 'silent' }),
    signal: controller.signal,
    random: () => 1,
    wait: async (milliseconds, signal) => {
      pauses.push(milliseconds);
      now += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
    ...overrides,
  });
  const stop = async (): Promise<void> => {
    controller.abort(new Error('stop'));
    await notifier[Symbol.asyncDispose]();
  };
  return { notifier, settled, attempts, pauses, stop, stateOf: (notice = aTripNotice()) => notifier.delivery(notice).state };
}

describe('createNotifier', () => {
  test('delivers a notice once, however often it is submitted, and tells the tenant', async () => {
    const mailer = new ScriptedMailer();
    const { notifier, settled, attempts, stop, stateOf } = open({ mailer });
    expect(stateOf()).toBe('Unknown');
    notifier.submit(aTripNotice());
    notifier.submit(aTripNotice());
    expect(notifier.delivery(aTripNotice())).toEqual({ state: 'Pending', lastError: null });
    await waitUntil(() => stateOf() === 'Delivered', { what: 'delivery' });
    notifier.submit(aTripNotice());
    await stop();
    expect(mailer.mails.map(({ to, messageId }) => [to, messageId.startsWith('<trip-3.')])).toEqual([['hr-it@acme.example', true]]);
    expect({ settled, attempts }).toEqual({ settled: ['team-hr/acme'], attempts: ['delivered'] });
  });

  test('tries again after 1 s, 2 s, 4 s … at most 5 min, and says why it failed', async () => {
    const mailer = new ScriptedMailer();
    let failures = 0;
    mailer.answer = async () => {
      if (++failures <= 11) throw new Error(failures <= 10 ? 'server is down' : 'mailbox full');
    };
    const { notifier, settled, attempts, pauses, stop, stateOf } = open({ mailer });
    const seen = new Set<string | null>();
    notifier.submit(aTripNotice());
    await waitUntil(
      () => {
        const delivery = notifier.delivery(aTripNotice());
        if (delivery.state === 'Pending') seen.add(delivery.lastError);
        return stateOf() === 'Delivered';
      },
      { what: 'delivery', intervalMs: 0 },
    );
    await stop();
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000));
    expect(attempts).toEqual([...Array.from({ length: 11 }, () => 'failed'), 'delivered']);
    // First failure, another reason, delivered: what a reader of `delivery` sees changed three times.
    expect(settled).toHaveLength(3);
    expect([...seen]).toContain('server is down');
  });

  test('shortens each pause by up to a quarter', async () => {
    const mailer = new ScriptedMailer();
    let failed = false;
    mailer.answer = async () => {
      if (failed) return;
      failed = true;
      throw new Error('down');
    };
    const { notifier, pauses, stop, stateOf } = open({ mailer, random: () => 0 });
    notifier.submit(aTripNotice());
    await waitUntil(() => stateOf() === 'Delivered', { what: 'delivery' });
    await stop();
    expect(pauses).toEqual([750]);
  });

  test('sends to at most four at once, and leaves nobody out', async () => {
    const mailer = new ScriptedMailer();
    mailer.answer = () => new Promise((resolve) => setTimeout(resolve, 2));
    const { notifier, stop, stateOf } = open({ mailer });
    const notices = Array.from({ length: 40 }, (_, index) => aTripNotice({ recipient: `admin-${index}@acme.example` }));
    for (const notice of notices) notifier.submit(notice);
    await waitUntil(() => notices.every((notice) => stateOf(notice) === 'Delivered'), { what: 'all deliveries' });
    await stop();
    expect(mailer.mostAtOnce).toBe(4);
    expect(new Set(mailer.mails.map(({ to }) => to)).size).toBe(40);
  });

  test('a recipient whom the server refuses does not hold up the others', async () => {
    await using sink = await startSmtpSink({ refuse: ['nobody@acme.example'] });
    const { notifier, stop, stateOf } = open({
      mailer: createSmtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: FROM }),
      wait: (_milliseconds, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    const refused = aTripNotice({ recipient: 'nobody@acme.example' });
    notifier.submit(refused);
    notifier.submit(aTripNotice());
    await waitUntil(() => stateOf() === 'Delivered', { what: 'delivery' });
    await waitUntil(() => notifier.delivery(refused), { what: 'an answer' });
    expect(notifier.delivery(refused)).toEqual({ state: 'Pending', lastError: expect.stringContaining('550 no such mailbox') });
    await stop();
    expect(sink.mails.map(({ to }) => to)).toEqual(['hr-it@acme.example']);
  });

  test('delivers once the server is back, with text and HTML', async () => {
    await using sink = await startSmtpSink();
    await sink.stop();
    const { notifier, stop, stateOf } = open({
      mailer: createSmtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: FROM, timeoutMs: 1_000 }),
      wait: (_milliseconds, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, 10);
          signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
        }),
    });
    notifier.submit(aTripNotice());
    await waitUntil(() => notifier.delivery(aTripNotice()).state === 'Pending', { what: 'first attempt' });
    await sink.start();
    await waitUntil(() => stateOf() === 'Delivered', { what: 'delivery' });
    await stop();
    expect(sink.mails).toEqual([
      {
        to: 'hr-it@acme.example',
        subject: '[SCIM] The synchronisation of Acme Corp (team-hr/acme) was switched off',
        text: expect.stringContaining(
          `kubectl -n team-hr patch scimtenant acme --type merge -p '{"metadata":{"annotations":{"scim-operator.dev/reset-at":"2026-11-24T06:00:00Z"}},"spec":{"enabled":true}}'`,
        ),
        html: expect.stringContaining('<li>58 &times; A value that the directory sent does not fit'),
        messageId: expect.stringMatching(/^<trip-3\.0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60\.[0-9a-f]{12}@example\.com>$/),
      },
    ]);
  });

  test('stops with the signal: no further attempt, and a send under way is waited for', async () => {
    const mailer = new ScriptedMailer();
    const gate = Promise.withResolvers<void>();
    mailer.answer = () => gate.promise;
    const { notifier, stop, stateOf } = open({ mailer });
    notifier.submit(aTripNotice());
    await waitUntil(() => mailer.atOnce === 1, { what: 'the send' });
    const stopping = stop();
    notifier.submit(aTripNotice({ trip: 4 }));
    gate.resolve();
    await stopping;
    expect(stateOf()).toBe('Delivered');
    expect(mailer.mails).toHaveLength(1);
    expect(stateOf(aTripNotice({ trip: 4 }))).toBe('Unknown');
  });

  test('gives up after five days, so that a submission starts anew', async () => {
    const mailer = new ScriptedMailer();
    mailer.answer = async () => {
      throw new Error('down');
    };
    const { notifier, pauses, stop, stateOf } = open({ mailer });
    notifier.submit(aTripNotice());
    await waitUntil(() => stateOf() === 'Unknown', { what: 'the end of patience' });
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(5 * 24 * 3_600_000);
    notifier.submit(aTripNotice());
    expect(stateOf()).toBe('Pending');
    await stop();
  });

  test('forgets delivered mails of the tenant that nobody asks for again, and no pending one', async () => {
    const mailer = new ScriptedMailer();
    const { notifier, stop, stateOf } = open({ mailer });
    const [other, asked] = [aTripNotice({ uid: 'other' }), aTripNotice({ trip: 4 })];
    for (const notice of [aTripNotice(), other, asked]) notifier.submit(notice);
    await waitUntil(() => [aTripNotice(), other, asked].every((notice) => stateOf(notice) === 'Delivered'), { what: 'deliveries' });
    const gate = Promise.withResolvers<void>();
    mailer.answer = () => gate.promise;
    const pending = aTripNotice({ trip: 5 });
    notifier.submit(pending);
    notifier.forget(asked.uid, [asked]);
    expect([aTripNotice(), other, asked, pending].map(stateOf)).toEqual(['Unknown', 'Delivered', 'Delivered', 'Pending']);
    gate.resolve();
    await stop();
  });

  test('delivers an earlier notice that is owed still, whatever comes after it', async () => {
    const mailer = new ScriptedMailer();
    const { notifier, stop, stateOf } = open({ mailer });
    const later = aTripNotice({ trip: 4 });
    notifier.submit(later);
    notifier.submit(aTripNotice());
    await waitUntil(() => stateOf() === 'Delivered' && stateOf(later) === 'Delivered', { what: 'deliveries' });
    await stop();
    expect(mailer.mails.map(({ messageId }) => messageId.split('.')[0])).toEqual(['<trip-4', '<trip-3']);
  });
});
