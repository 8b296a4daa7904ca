const WHERE = `The tenant is looked for in
  --file <path>   a YAML file, or a folder of them; no cluster is asked
  else the cluster of KUBECONFIG, else the folder TENANTS_DIR, else (in a pod) the pod's own cluster, else data/tenants
`;

export const HELP = `What a tenant's mapping makes of people, without a directory.

npm run -s tenant -- show <namespace>/<name>                     the mapping as it is served
npm run -s tenant -- test <namespace>/<name> <person.json>       what would become of a person; nothing is stored
npm run -s tenant -- import <namespace>/<name> <people.ndjson>   people whom the product has already

Each takes --help.

${WHERE}
Exit code: 0; 1 when what was asked about is not right (a mapping, a person, a line); 2 for wrong usage, and for what can't be found, read or
reached.
`;

export const SHOW_HELP = `npm run -s tenant -- show <namespace>/<name> [--file <path>] [--json]

Shows the mapping as it is served, the rules of a preset included, and what else the tenant says about people.

  --json          the same for scripts

${WHERE}
Exit code: 0; 1 when the spec has problems, which are listed with their places; 2 for wrong usage or a tenant that isn't there.
`;

export const TEST_HELP = `npm run -s tenant -- test <namespace>/<name> <person.json | - | --sample entra|okta> [--file <path>] [--json]

Shows what would become of a person: the record for the product, where each field of it comes from, what would be ignored, and every
error as the directory would get it. Nothing is stored. The person is a SCIM User as the directory POSTs it; - reads standard input.

  --sample        entra or okta: a person made up for it, as that directory sends one
  --json          the same for scripts

${WHERE}
Exit code: 0 when the person would be accepted, 1 when refused, or when the tenant's spec has problems; 2 for wrong usage.
`;

export const IMPORT_HELP = `npm run -s tenant -- import <namespace>/<name> <people.ndjson | -> [--file <path>] [--dry-run]

Brings people whom the product has already, so that the directory finds them by matchExistingBy instead of making them twice. Each line is
a record of the product as a JSON object, or {"id": "…", "person": {…}} with the id that the person shall have.
Repeat it as you like: who is linked to the directory already is left alone, and a changed record replaces the one of before.

  --dry-run       writes nothing, and tells what would be done

People are kept in MONGODB_URI, else in DATA_FILE (data/scim.sqlite).
${WHERE}
Exit code: 0; 1 when lines were refused (the others are done), or when the tenant has no matchExistingBy; 2 for wrong usage, or when it
could not be done to the end: repeat it then.
`;
