/** @file Runs the page on the files that are given, and tells what it says. */
import { run } from './page.ts';

const { told, given, without } = globalThis as unknown as {
  told: (text: string) => void;
  given: Record<string, Uint8Array<ArrayBuffer>>;
  without: string;
};
Reflect.deleteProperty(globalThis, without);
told(JSON.stringify(await run(given)));
