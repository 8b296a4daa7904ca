import { renderTable } from '../render-table.ts';
import type { Origin, Trial } from './try-person.ts';

/** A trial for a person to read. @param subject whose record it is, as a sentence goes on: `the sample of entra` */
export function renderTrial(trial: Trial, tenant: string, subject: string): string {
  const { accepted, person, origins, ignored, errors } = trial;
  const blocks = accepted
    ? [`${tenant} would take ${subject} and store`, JSON.stringify(person, null, 2)]
    : [
        `${tenant} would refuse ${subject}`,
        ...errors.map(({ status, scimType, detail }) => `${[status, scimType].filter((part) => part !== null).join(' ')}: ${detail}`),
      ];
  if (origins.length > 0) {
    blocks.push(
      renderTable(
        ['FIELD', 'COMES FROM'],
        origins.map(({ target, from }) => [[target], [originWords(from)]]),
      ).join('\n'),
    );
  }
  if (ignored.length > 0) blocks.push(['Ignored, since no rule takes it:', ...ignored.map((path) => `  ${path}`)].join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function originWords(origin: Origin): string {
  switch (origin.kind) {
    case 'source':
      return origin.source;
    case 'constant':
      return 'the constant of its rule';
    case 'newUserDefaults':
      return 'newUserDefaults, since the mapping left it empty';
  }
}
