import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  booleanVariable,
  choiceVariable,
  durationVariable,
  EnvironmentError,
  kubernetesNameVariable,
  listVariable,
  parseEnvironment,
  portVariable,
  urlVariable,
} from '#common/env.ts';

type Shape = Parameters<typeof parseEnvironment>[0];

function problems(shape: Shape, environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseEnvironment(shape, environment);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}

test('variables are parsed, defaults apply, and variables beside them are ignored', () => {
  const shape = {
    PORT: portVariable(),
    VERBOSE: booleanVariable().default(false),
    EXTERNAL_URL: urlVariable(['https', 'http']),
    RECIPIENTS: listVariable(z.string()).default([]),
    NAME: z.string().optional(),
  };
  expect(
    parseEnvironment(shape, { PORT: '8080', EXTERNAL_URL: 'https://scim.example.com/', RECIPIENTS: 'a, b ,,c', HOME: '/root' }),
  ).toEqual({
    PORT: 8080,
    VERBOSE: false,
    EXTERNAL_URL: 'https://scim.example.com',
    RECIPIENTS: ['a', 'b', 'c'],
  });
});

test('an empty variable counts as unset', () => {
  expect(parseEnvironment({ PORT: portVariable().default(7) }, { PORT: '' })).toEqual({ PORT: 7 });
});

test('all problems are told at once, each with its variable', () => {
  const shape = { PORT: portVariable(), VERBOSE: booleanVariable(), EXTERNAL_URL: urlVariable(['https']), NAME: z.string() };
  let thrown: unknown;
  try {
    parseEnvironment(shape, { PORT: '65536', VERBOSE: 'yes', EXTERNAL_URL: 'scim.example.com', NAME: '' });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(EnvironmentError);
  const { code, problems, message } = thrown as EnvironmentError;
  expect(code).toBe('invalid_environment');
  expect(problems).toEqual([
    'PORT: "65536" is not usable; write a port from 0 to 65535',
    'VERBOSE: "yes" is not usable; write true or false',
    'EXTERNAL_URL: write an absolute URL that starts with https://',
    expect.stringMatching(/^NAME is not set: /),
  ]);
  expect(message).toBe(`the environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
});

test.each([
  ['a port', portVariable(), 'write a port from 0 to 65535'],
  ['a Boolean', booleanVariable(), 'write true or false'],
  ['a choice', choiceVariable(['info', 'debug']), 'write one of info, debug'],
  ['a URL', urlVariable(['https']), 'write an absolute URL that starts with https://'],
  ['a name', kubernetesNameVariable(), 'write a name of at most 63 lower-case letters, digits and dashes, such as team-hr'],
])('%s that is missing says what to write', (_, variable, accepted) => {
  expect(problems({ WANTED: variable }, {})).toEqual([`WANTED is not set: ${accepted}`]);
});

test('rules between variables are told beside the problems of each, by what is set', () => {
  const rulesBetween = (set: Readonly<Record<string, string | undefined>>): readonly string[] => Object.keys(set);
  const parse = (environment: Readonly<Record<string, string>>) => () =>
    parseEnvironment({ PORT: portVariable() }, environment, rulesBetween);
  expect(parse({ PORT: 'x', EMPTY: '' })).toThrow('not usable:\n  - PORT: "x" is not usable; write a port from 0 to 65535\n  - PORT');
  expect(parse({ PORT: '1' })).toThrow('not usable:\n  - PORT');
});

test('a URL, which may hold a password, is never shown', () => {
  expect(problems({ BASE: urlVariable(['smtp']) }, { BASE: 'smtp//user:password@mail' }).join()).not.toContain('password');
});

describe('a Boolean', () => {
  test.each([
    ['true', true],
    ['false', false],
  ])('%s is read', (text, value) => {
    expect(parseEnvironment({ FLAG: booleanVariable() }, { FLAG: text })).toEqual({ FLAG: value });
  });

  test.each(['ture', 'yes', 'True', 'FALSE', '1', '0', ' true', 'on'])('%j is an error though there is a default', (text) => {
    expect(problems({ FLAG: booleanVariable().default(false) }, { FLAG: text })).toEqual([
      `FLAG: ${JSON.stringify(text)} is not usable; write true or false`,
    ]);
  });
});

describe('a port', () => {
  test.each([
    ['0', 0],
    ['443', 443],
    ['65535', 65_535],
  ])('%s is read', (text, value) => {
    expect(parseEnvironment({ PORT: portVariable() }, { PORT: text })).toEqual({ PORT: value });
  });

  test.each(['65536', '99999', '-1', '80a', '8 0', '1e3', '0x50', '3.5'])('%j is an error', (text) => {
    expect(problems({ PORT: portVariable() }, { PORT: text })).toEqual([
      `PORT: ${JSON.stringify(text)} is not usable; write a port from 0 to 65535`,
    ]);
  });
});

describe('a duration', () => {
  test.each([
    ['0s', 0],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['87600h', 315_360_000_000],
  ])('%s is read in milliseconds', (text, value) => {
    expect(parseEnvironment({ TIMEOUT: durationVariable() }, { TIMEOUT: text })).toEqual({ TIMEOUT: value });
  });

  test.each(['10', '10 m', '-1s', '1.5h', '87601h', 'ten'])('%j is an error', (text) => {
    expect(problems({ TIMEOUT: durationVariable() }, { TIMEOUT: text })).toEqual([
      `TIMEOUT: ${JSON.stringify(text)} is not usable; write a duration of at most 87600h such as 10m or 1h30m`,
    ]);
  });
});

describe('a URL', () => {
  test.each([
    ['https://scim.example.com', 'https://scim.example.com'],
    ['https://scim.example.com/base//', 'https://scim.example.com/base'],
    ['http://localhost:8080/', 'http://localhost:8080'],
  ])('%s is read without trailing slashes', (text, value) => {
    expect(parseEnvironment({ BASE: urlVariable(['http', 'https']) }, { BASE: text })).toEqual({ BASE: value });
  });

  test.each(['scim.example.com', '/base', 'ftp://scim.example.com', 'https://'])('%s is an error', (text) => {
    expect(problems({ BASE: urlVariable(['http', 'https']) }, { BASE: text })).toEqual([
      'BASE: write an absolute URL that starts with http:// or https://',
    ]);
  });
});

test('a list drops spaces and empty entries', () => {
  expect(parseEnvironment({ LIST: listVariable(z.string()) }, { LIST: ' a@example.com ,, b@example.com, ' })).toEqual({
    LIST: ['a@example.com', 'b@example.com'],
  });
});

describe('a list of names', () => {
  const shape = { NAMESPACES: listVariable(kubernetesNameVariable()) };

  test('is read', () => {
    expect(parseEnvironment(shape, { NAMESPACES: 'team-hr, team-it' })).toEqual({ NAMESPACES: ['team-hr', 'team-it'] });
  });

  test('tells every wrong name', () => {
    const accepted = 'write a name of at most 63 lower-case letters, digits and dashes, such as team-hr';
    expect(problems(shape, { NAMESPACES: 'Team_HR,team-it,-x' })).toEqual([
      `NAMESPACES: "Team_HR" is not usable; ${accepted}`,
      `NAMESPACES: "-x" is not usable; ${accepted}`,
    ]);
  });

  test('of separators alone is an error, since it would mean all', () => {
    expect(problems(shape, { NAMESPACES: ' , ' })).toEqual(['NAMESPACES: write at least one entry, or unset it']);
  });
});
