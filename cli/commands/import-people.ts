import { CliError, REFUSED } from '../cli-error.ts';
import { readTenantArgument, wrongUsage, type CommandLine } from '../command-line.ts';
import { loadTenant } from '../load-tenant.ts';
import { bringPeople } from '../people/bring-people.ts';
import { identifyPerson } from '../people/identify-person.ts';
import { findLinkedPeople } from '../people/linked-people.ts';
import { openPeopleInput } from '../people/people-input.ts';
import { openPeopleStore } from '../people/open-people-store.ts';
import { readPersonLine } from '../people/read-person-line.ts';
import { renderResult } from '../people/render-result.ts';
import { surveyPeople, type Identify } from '../people/survey-people.ts';
import type { Terminal } from '../terminal.ts';

/** `import`: brings people whom the product has already into the store, where the directory finds them. */
export async function importPeople({ positionals, flags, values }: CommandLine, terminal: Terminal): Promise<number> {
  const [name, path, ...rest] = positionals;
  const tenant = readTenantArgument('import', name);
  if (path === undefined || rest.length > 0) {
    throw wrongUsage('import', '"import" takes one file beside the tenant: JSON objects, one on each line, or - for standard input');
  }
  const dryRun = flags.has('dry-run');
  const { model, kind } = await loadTenant(tenant, values.get('file'), terminal);
  const { matchExistingBy } = model.config;
  if (matchExistingBy.length === 0) {
    throw new CliError(REFUSED, [
      `${tenant} has no matchExistingBy, so the directory would find none of these people and make each of them anew`,
      'name the targets by which they are found, for example: matchExistingBy: [email]',
    ]);
  }
  const identify: Identify = (line) => identifyPerson('problem' in line ? line : readPersonLine(line.text), tenant, matchExistingBy);
  await using input = await openPeopleInput(path, terminal);
  const survey = await surveyPeople(input.lines(), identify);
  await using opened = await openPeopleStore(terminal, { kind, dryRun });
  const { store } = opened;
  const linked = await findLinkedPeople(store, tenant, matchExistingBy);
  const parts = { tenant, existing: store.existing, linked, dryRun, survey, identify };
  const result = await bringPeople(input.lines(), parts, terminal.interrupted());
  terminal.out(renderResult(result, { tenant, lines: survey.lines, dryRun }));
  if (result.stopped !== null) throw result.stopped;
  return result.refused.size > 0 ? REFUSED : 0;
}
