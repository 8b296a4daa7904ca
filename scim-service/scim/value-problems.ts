import type { AttributeDefinition } from '#common/scim/schema.ts';
import type { Misfit } from './misfit.ts';
import type { ScimError } from './scim-error.ts';
import { invalidValues, TOLD_PROBLEMS, type ValueProblem } from './value-problem.ts';

/** Of a value in a list: `[1]` in `emails[1].primary`. */
const INDEX = /\[[0-9]+\]/g;

/** Collects what of a request's values can't be taken, so that all of it is told at once. */
export class ValueProblems {
  readonly #explain: (definition: AttributeDefinition) => string;
  readonly #told: ValueProblem[] = [];
  readonly #misfits = new Set<AttributeDefinition>();
  #count = 0;

  /** @param explain what a message adds about an attribute or sub-attribute, with a space before it; nothing by default */
  constructor(explain: (definition: AttributeDefinition) => string = () => '') {
    this.#explain = explain;
  }

  get count(): number {
    return this.#count;
  }

  add(problem: ValueProblem): void {
    this.#count += 1;
    if (this.#told.length < TOLD_PROBLEMS) this.#told.push(problem);
  }

  /** @param name of the attribute and sub-attribute, for a summary: without a filter, whose values may be a person's */
  addMisfit({ definition, path, is, isNot }: Misfit, name: string): void {
    this.#misfits.add(definition);
    if (this.#told.length >= TOLD_PROBLEMS) {
      this.#count += 1;
      return;
    }
    const explanation = this.#explain(definition);
    this.add({
      kind: 'misfit',
      detail: `${path} ${is}${explanation}`,
      summary: `attribute ${JSON.stringify(name.replaceAll(INDEX, ''))}${explanation} ${isNot}`,
    });
  }

  /** Takes down an extension of which nothing can be read. */
  addUnreadable(urn: string, attributes: readonly AttributeDefinition[], is: string): void {
    for (const attribute of attributes) this.#misfits.add(attribute);
    this.add({
      kind: 'misfit',
      detail: `${urn} ${is}, but an object with its attributes is expected`,
      summary: `extension ${JSON.stringify(urn)} is not an object with its attributes`,
    });
  }

  /** Whether a value of this attribute or sub-attribute doesn't fit: then it is there, though nothing was read of it. */
  hasMisfit(definition: AttributeDefinition): boolean {
    return this.#misfits.has(definition);
  }

  /** To be asked when `count` isn't 0. */
  error(): ScimError {
    return invalidValues(this.#told, this.#count - this.#told.length);
  }
}
