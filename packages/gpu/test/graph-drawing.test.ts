import fc from 'fast-check';
import { expect, test } from 'vitest';
import { barrierHints } from '../../../examples/barrier-hints.ts';
import { Graph } from '../src/index.ts';
import type { Pass } from '../src/index.ts';

const pass = (name: string, reads: readonly string[], writes: readonly string[]): Pass<never> => ({
  name,
  reads,
  writes,
});

test('a plan draws its passes, its barriers, and what comes in and goes out', () => {
  const graph = new Graph<never>().pass(pass('a', ['w'], ['x'])).pass(pass('b', ['x'], ['y']));
  expect(graph.toMermaid()).toMatchInlineSnapshot(`
    "flowchart LR
      subgraph level0[level 0]
        p0["a"]
      end
      subgraph level1[level 1]
        p1["b"]
      end
      b0{{"barrier: storage-write → storage-read"}}
      r0[("w")]
      r1[("x")]
      r2[("y")]
      p0 -->|"x"| b0
      b0 -->|"x"| p1
      r0 --> p0
      p0 --> r1
      p1 --> r2"
  `);
  expect(graph.toDot()).toMatchInlineSnapshot(`
    "digraph plan {
      rankdir = LR;
      node [shape = box];
      subgraph level0 { rank = same; p0 [label = "a"]; }
      subgraph level1 { rank = same; p1 [label = "b"]; }
      b0 [shape = hexagon, label = "barrier: storage-write → storage-read"];
      r0 [shape = cylinder, label = "w"];
      r1 [shape = cylinder, label = "x"];
      r2 [shape = cylinder, label = "y"];
      p0 -> b0 [label = "x"];
      b0 -> p1 [label = "x"];
      r0 -> p0 [label = ""];
      p0 -> r1 [label = ""];
      p1 -> r2 [label = ""];
    }"
  `);
});

/** What stands in quotes in a drawing's nodes and at its arrows: "from → to" with the label behind. */
function arrowsIn(mermaid: string): string[] {
  const titles = new Map(
    Array.from(mermaid.matchAll(/^\s+([pbr]\d+)[[{(]+"(.*)"[\]})]+$/gm), ([, id, title]) => [id!, title!] as const),
  );
  const arrows = mermaid.matchAll(/^\s+(\w+) (-->|-\.->)(?:\|"(.*)"\|)? (\w+)$/gm);
  return Array.from(arrows, ([, from, kind, label, to]) => {
    const ends = [from, to].map((id) => titles.get(id!)!.replace(/^barrier .*/, '▌'));
    return `${ends.join(kind === '-->' ? ' → ' : ' ⇢ ')}${label === undefined ? '' : ` (${label})`}`;
  });
}

test('images that are drawn anew come in through a barrier, what is handed out leaves through one', () => {
  const { graph } = barrierHints();
  expect(arrowsIn(graph.toMermaid()).sort()).toEqual(
    [
      'stream (transfer) ⇢ move (compute) (fresh)',
      'stream (transfer) → fresh',
      'points → move (compute)',
      'move (compute) → points',
      'move (compute) → count',
      'move (compute) → ▌ (count)',
      '▌ → watch (host) (count)',
      'move (compute) ⇢ watch (host) (count)',
      'move (compute) → ▌ (points)',
      '▌ → draw (compute) (points, color)',
      'draw (compute) → ▌ (color)',
      'picture → ▌',
      '▌ → tone (compute) (color, picture)',
      'tone (compute) → ▌ (picture)',
      '▌ → picture',
    ].sort(),
  );
});

const names = fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'x', 'y'), { maxLength: 3 });

test('on random graphs each barrier is a node, and what is read first and written last has one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(names, names), { maxLength: 10 }), (touches) => {
      const graph = new Graph<never>();
      for (const [index, [reads, writes]] of touches.entries()) graph.pass(pass(`p${index}`, reads, writes));
      const plan = graph.compile({ cull: false });
      const [mermaid, dot] = [plan.toMermaid(), plan.toDot()];
      expect(mermaid.match(/^ +b\d+\{\{/gm) ?? []).toHaveLength(plan.counts.barriers);
      expect(dot.match(/^ +b\d+ \[shape = hexagon/gm) ?? []).toHaveLength(plan.counts.barriers);
      // Declaration order is the order of all that matters here.
      const written = new Set<string>();
      const comes = new Set<string>();
      for (const [reads, writes] of touches) {
        for (const name of reads) if (!written.has(name)) comes.add(name);
        for (const name of writes) written.add(name);
      }
      const ends = Array.from(mermaid.matchAll(/^ +r\d+\[\("(.)"\)\]$/gm), ([, name]) => name!);
      expect(ends.sort()).toEqual([...comes, ...written].sort());
    }),
  );
});

test('names of any characters stay names in each drawing', () => {
  const odd = 'a<b>&"#lt;`c`\\\u0001\n d';
  const graph = new Graph<never>().pass(pass(odd, [], ['x']));
  const shown = 'a<b>&"#lt;`c`\\   d';
  const mermaid = /p0\["(.*)"\]/.exec(graph.toMermaid())![1]!;
  expect(mermaid).not.toMatch(/["<>&`]/);
  expect(mermaid.replaceAll(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).toBe(shown);
  expect(JSON.parse(/p0 \[label = (".*")\]/.exec(graph.toDot())![1]!)).toBe(shown);
  const svg = graph.toSvg();
  expect(svg).toContain('a&lt;b&gt;&amp;&quot;#lt;`c`\\ \n d');
  expect([...svg].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
});
