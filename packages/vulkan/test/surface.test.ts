import { expect, test } from 'vitest';
import * as vulkan from '../src/index.ts';

test('the surface beside the generated names', () => {
  const names = Object.keys(vulkan).filter((name) => !/^(VK_|Vk)/.test(name));
  expect(names.sort()).toMatchInlineSnapshot(`
    [
      "LoaderError",
      "NULL",
      "addressOf",
      "arena",
      "callAside",
      "countCalls",
      "deviceFeatures",
      "deviceTypeName",
      "enumerate",
      "formatName",
      "functionAt",
      "loadDevice",
      "loadInstance",
      "objectTypeName",
      "openLibrary",
      "openLoader",
      "pinned",
      "readCString",
      "registerCallback",
      "registerDebugCallback",
      "releaseView",
      "resultName",
      "spirvCapabilities",
      "viewMemory",
    ]
  `);
});
