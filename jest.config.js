/** Node 26 strips types itself and runs ES modules, so jest transforms nothing. */
const config = {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // 'data' is the working directory of `npm start`.
  modulePathIgnorePatterns: ['<rootDir>/data/'],
  workerIdleMemoryLimit: '512MB',
  testTimeout: 30_000,
  setupFiles: ['<rootDir>/test/support/steady-seed.ts'],
};

// eslint-disable-next-line import/no-default-export -- jest reads the default export.
export default config;
