import { configureGlobal } from 'fast-check';

/** With CI=true property tests draw the same cases each time, so that a build doesn't hang on chance; elsewhere they wander. */
if (process.env['CI'] === 'true') configureGlobal({ seed: 20_261_124 });
