/**
 * @file Tests that open their devices themselves, in this process or in another: `test`, but skipped where there is no Vulkan
 * device, unless `GPU=required` is set; then they run, and fail.
 */
import { isVulkanAvailable } from '@halocline/gpu';
import { test } from 'vitest';

const lacking = !isVulkanAvailable() && process.env['GPU'] !== 'required';
if (lacking) process.stderr.write('No Vulkan device here: tests that open one are skipped\n');

/** Declares a test that opens a device by itself. */
export const vulkanTest: ReturnType<typeof test.skipIf> = test.skipIf(lacking);
