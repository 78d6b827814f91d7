/** @file Runs the page on the files that are given, and tells what it says. */
import { run } from './page.ts';

const { told, given } = globalThis as unknown as {
  told: (text: string) => void;
  given: Record<string, Uint8Array<ArrayBuffer>>;
};
told(JSON.stringify(await run(given)));
