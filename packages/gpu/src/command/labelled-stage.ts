/** @file Shaders that can't be read say of which pipeline they are: who reads SPIR-V knows nothing of pipelines. */

import type { Driver } from '../device/driver.ts';
import { labelled, ShaderError } from '../errors.ts';
import { readStage } from './pipeline-stage.ts';
import type { Stage, StageOptions } from './pipeline-stage.ts';

const UNREAD = 'Cannot read SPIR-V:';

/** As `readStage`; what it throws bears the pipeline's label. */
export function readLabelledStage(driver: Driver, label: string, name: string, options: StageOptions): Stage {
  const reword = (text: string): string => text.replace(UNREAD, () => `Cannot read SPIR-V of pipeline "${label}":`);
  try {
    return readStage(driver, label, name, options);
  } catch (error) {
    if (error instanceof ShaderError) throw labelled(error, label, reword);
    if (error instanceof TypeError && error.message.startsWith(UNREAD)) {
      throw new TypeError(reword(error.message), { cause: error });
    }
    throw error;
  }
}
