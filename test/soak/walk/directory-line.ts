import { createScimClient, type ScimBody } from '../../support/scim-client.ts';
import type { Member } from '../installation.ts';
import { keyOf, type TenantIntent } from '../model/tenant-intent.ts';
import type { Random } from '../random.ts';
import type { DirectoryRequest } from './dialects.ts';

/** What a directory knows after a request. */
export type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: ScimBody }
  /** Nothing was done: no pod was reached, the token was not accepted, or the tenant is switched off. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody knows: no answer came, or the store was away. */
  | { readonly kind: 'unknown'; readonly why: string };

const ANSWER_MS = 8_000;

/** A directory's way to the pods, which take turns by chance, as behind a Service. */
export class DirectoryLine {
  readonly #pods: () => readonly Member[];
  readonly #report: (finding: string) => void;
  /** By what came of them. */
  readonly counts: Record<string, number> = {};

  constructor(pods: () => readonly Member[], report: (finding: string) => void) {
    this.#pods = pods;
    this.#report = report;
  }

  async send(intent: TenantIntent, random: Random, request: DirectoryRequest): Promise<Reply> {
    const pod = random.pick(this.#pods());
    const reply = await this.sendTo(pod, intent, intent.token ?? 'no-token-at-all-is-known-here', request);
    const label = reply.kind === 'answered' ? `${reply.status}` : reply.kind;
    this.counts[label] = (this.counts[label] ?? 0) + 1;
    return reply;
  }

  async sendTo(
    { port, name }: Member,
    intent: Pick<TenantIntent, 'namespace' | 'name'>,
    token: string,
    request: DirectoryRequest,
  ): Promise<Reply> {
    const key = keyOf(intent);
    const client = createScimClient(`http://127.0.0.1:${port}/${key}/scim/v2`, token);
    let answer;
    try {
      answer = await client.send({ ...request, signal: AbortSignal.timeout(ANSWER_MS) });
    } catch (error) {
      const why = codeOf(error);
      return { kind: why === 'ECONNREFUSED' ? 'refused' : 'unknown', why };
    }
    const { status, body } = answer;
    const detail = String(body?.detail ?? '');
    if (status === 401 || status === 429 || (status === 503 && /switched off by|is being deleted/.test(detail))) {
      return { kind: 'refused', why: `${status} ${detail}` };
    }
    if (status === 500) this.#report(`${name} answered 500 to ${request.method} ${request.path} of ${key}: ${detail}`);
    return status >= 500 ? { kind: 'unknown', why: `${status} ${detail}` } : { kind: 'answered', status, body };
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code ?? (error instanceof Error ? error.name : 'unknown');
}
