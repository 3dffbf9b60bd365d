/**
 * The language's own Promise. The global may have been replaced by a class of the program's, which would run its code
 * wherever we make a promise; async functions use this one whatever the global is.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- wanted is what it returns
export const NativePromise = (async () => undefined)().constructor as PromiseConstructor;
