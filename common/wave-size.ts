/**
 * How many people a wave of deactivations is for: `31 of 100 people`. `people` is of the window's beginning: of a tenant that
 * has grown since, more may go than it had, and then it is left out.
 */
export function waveSize({ deactivations, people }: { readonly deactivations: number; readonly people: number }): string {
  return deactivations > people ? `${deactivations} people` : `${deactivations} of ${people} people`;
}
