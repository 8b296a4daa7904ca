/** xsd:dateTime (RFC 7643 section 2.3.5) as resources are allowed to hold it: a day alone, no seconds, any fraction, a zone or none. */
const DATE_TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i;

/**
 * The point in time that a text means, as milliseconds since 1970, finer fractions cut off; null when it means none.
 * A day is its midnight, and a time without a zone is taken as UTC: the zone of this machine would be chance.
 */
export function instantOf(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [, day = '', time = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date rolls the 30th of February over into March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return null;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const instant = Date.parse(`${day}T${time}${seconds}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(instant) ? null : instant;
}
