import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { booleanVariable, EnvironmentError, listVariable, parseEnvironment, portVariable, urlVariable } from '#common/env.ts';

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
    RECIPIENTS: listVariable().default([]),
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
    'PORT: write a port from 0 to 65535',
    'VERBOSE: write true or false',
    'EXTERNAL_URL: write an absolute URL that starts with https://',
    expect.stringMatching(/^NAME is not set: /),
  ]);
  expect(message).toBe(`the environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
});

describe('a Boolean', () => {
  test.each([
    ['true', true],
    ['false', false],
  ])('%s is read', (text, value) => {
    expect(parseEnvironment({ FLAG: booleanVariable() }, { FLAG: text })).toEqual({ FLAG: value });
  });

  test.each(['ture', 'yes', 'True', 'FALSE', '1', '0', ' true', 'on'])('%j is an error though there is a default', (text) => {
    expect(problems({ FLAG: booleanVariable().default(false) }, { FLAG: text })).toEqual(['FLAG: write true or false']);
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
    expect(problems({ PORT: portVariable() }, { PORT: text })).toEqual(['PORT: write a port from 0 to 65535']);
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
  expect(parseEnvironment({ LIST: listVariable() }, { LIST: ' a@example.com ,, b@example.com, ' })).toEqual({
    LIST: ['a@example.com', 'b@example.com'],
  });
});
