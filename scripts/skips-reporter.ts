/** @file A reporter for vitest that says each skipped test aloud at the end, with its reason. */
import type { Reporter, TestModule } from 'vitest/node';

/** Lists the skipped tests by file after a run. */
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
  }
}
