import { expect, test } from '@jest/globals';
import { sumOf } from './scrape.ts';

const TEXT = `# HELP rest_client_requests_total Requests to the API server by method and code
# TYPE rest_client_requests_total counter
rest_client_requests_total{code="200",method="GET"} 40
rest_client_requests_total{code="404",method="GET"} 2
rest_client_requests_total{code="200",method="PATCH"} 1e3
rest_client_requests_total_of_another{code="200",method="GET"} 5
# TYPE workqueue_depth gauge
workqueue_depth{name="scimtenant"} 7
up 1`;

test.each([
  ['all series of a metric', 'rest_client_requests_total', [], 1_042],
  ['those with a label', 'rest_client_requests_total', ['method="GET"'], 42],
  ['those with two', 'rest_client_requests_total', ['method="GET"', 'code="404"'], 2],
  ['a metric without labels, on the last line', 'up', [], 1],
  ['nothing of a metric that is not there', 'workqueue', [], 0],
])('adds up %s', (_name, metric, labels, sum) => {
  expect(sumOf(TEXT, metric, labels)).toBe(sum);
});
