/** @file Facts of made-up stencils, for tests of the order and the plan. */
import { Declarations } from '../src/declarations.ts';
import type { PassFacts } from '../src/pass-facts.ts';

/** `a: x y → z* !r` reads x and y, writes z to its second copy (*) and reduces into r (!); `?s` reads scalar s. */
export function parseFacts(text: string, level = 0): PassFacts {
  const [name, rest] = text.split(':') as [string, string];
  const [left, right] = rest.split('→') as [string, string];
  const words = (part: string): string[] => part.split(/\s+/).filter((word) => word !== '');
  return {
    name: name.trim(),
    level,
    reads: words(left).filter((word) => !word.startsWith('?')),
    scalars: words(left)
      .filter((word) => word.startsWith('?'))
      .map((word) => word.slice(1)),
    writes: words(right)
      .filter((word) => !word.startsWith('!'))
      .map((word) => ({ component: word.replace('*', ''), swaps: word.endsWith('*') })),
    reductions: words(right)
      .filter((word) => word.startsWith('!'))
      .map((word) => ({ scalar: word.slice(1), kind: 'sum', type: 'float' })),
  };
}

/** Declares stencils with those facts, in order. */
export function declare(...texts: string[]): { declarations: Declarations; facts: Map<string, PassFacts> } {
  const declarations = new Declarations();
  const facts = new Map<string, PassFacts>();
  for (const text of texts) {
    const pass = parseFacts(text);
    declarations.addStencil(0, pass.name, { code: '' });
    facts.set(pass.name, pass);
  }
  return { declarations, facts };
}
