/** A missing or broken tool, as one line for the person who runs the client tests. */
export class SetupError extends Error {}
