/** @file A reporter for vitest that closes a run with each skipped test and its reason, and one plain line of counts. */
import type { Reporter, TestModule } from 'vitest/node';

/** Lists the skipped tests by file after a run, then `N passed, N failed, N skipped`. */
export default class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const note = result.state === 'skipped' && result.note !== undefined ? `: ${result.note}` : '';
        return `  ${module.relativeModuleId} › ${test.fullName}${note}`;
      }),
    );
    if (lines.length > 0) process.stdout.write(`\nSkipped (${lines.length}):\n${lines.join('\n')}\n`);
    const count = (state: 'passed' | 'failed'): number =>
      modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
    process.stdout.write(`\n${count('passed')} passed, ${count('failed')} failed, ${lines.length} skipped\n`);
  }
}
