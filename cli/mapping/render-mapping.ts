import { DEACTIVATIONS_AT_LEAST, type DeactivationGuard } from '#common/tenant-config.ts';
import { renderTable, type Cell } from '../render-table.ts';
import type { DescribedRule, MappingDescription } from './describe-mapping.ts';

const HEAD = ['', 'TARGET', 'SOURCE', 'TYPE', 'REQUIRED', 'TRANSFORM', 'VALUE MAP'];

/** The mapping for a person to read. @param place where the tenant was found */
export function renderMapping(mapping: MappingDescription, place: string): string {
  const { tenant, displayName, preset, newUserDefaults, matchExistingBy, users, deactivationGuard, groups, taken, extensions } = mapping;
  const settings: readonly (readonly [string, Cell])[] = [
    ['New people also get', newUserDefaults.map(({ target, value }) => `${target} = ${JSON.stringify(value)}`)],
    [
      'Existing people',
      [matchExistingBy.length > 0 ? `are found by ${matchExistingBy.join(', then ')}` : 'are not looked for (no matchExistingBy)'],
    ],
    ['Who is deleted', [leaving(users)]],
    ['Deactivations', deactivationGuard ? guardWords(deactivationGuard) : ['without limit']],
    ['Groups', [groups.enabled ? 'are taken' : 'are not taken']],
    ['Taken of a person', taken],
    [
      'Extensions of your own',
      extensions.flatMap(({ schema, attributes }) => [
        schema,
        ...attributes.map(({ name, type, list }) => `  ${name} (${type}${list ? ' list' : ''})`),
      ]),
    ],
  ];
  return [
    `${tenant}${displayName === null ? '' : `, ${displayName}`} (${place})`,
    '',
    ...renderTable(HEAD, mapping.mapping.map(ruleCells)),
    ...(mapping.mapping.some(({ ofPreset }) => ofPreset) ? ['', `* of the preset ${preset}`] : []),
    '',
    ...renderTable(
      ['', ''],
      settings.filter(([, cell]) => cell.length > 0).map(([name, cell]) => [[name], cell]),
    ).slice(1),
    '',
  ].join('\n');
}

function ruleCells(rule: DescribedRule): readonly Cell[] {
  const { target, sources, constant, valueType, required, transform, valueMap, ofPreset } = rule;
  return [
    [ofPreset ? '*' : ''],
    [target],
    constant === null ? sources.map((source, index) => (index === 0 ? source : `or ${source}`)) : [`constant ${JSON.stringify(constant)}`],
    [valueType],
    [required ? 'yes' : ''],
    [transform === 'none' ? '' : transform],
    valueMap === null
      ? []
      : [
          ...Object.entries(valueMap.values).map(([from, to]) => `${JSON.stringify(from)} -> ${JSON.stringify(to)}`),
          valueMap.default === null ? 'others are refused' : `others -> ${JSON.stringify(valueMap.default)}`,
        ],
  ];
}

function leaving({ onDelete, retentionSeconds }: MappingDescription['users']): string {
  if (onDelete === 'Remove') return 'is removed';
  return `stays as inactive for ${durationWords(retentionSeconds)}, then is removed`;
}

function guardWords({ limit, windowSeconds, refuses }: DeactivationGuard): Cell {
  const most = limit.kind === 'Count' ? `${limit.count}` : `${limit.percent} % of all people (${DEACTIVATIONS_AT_LEAST} in any case)`;
  const beyond = refuses ? 'more are refused, and the tenant is switched off' : 'more are told and done all the same';
  return [`at most ${most} within ${durationWords(windowSeconds)}; ${beyond}`];
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function durationWords(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? (['second', 1] as const);
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
