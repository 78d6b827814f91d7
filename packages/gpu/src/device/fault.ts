/** @file The driver's report of why a device was lost. Specification: VK_EXT_device_fault. */

import * as V from '@halocline/vulkan';
import type { Device as DeviceCommands } from '@halocline/vulkan';
import type { DeviceFault } from '../errors.ts';

/** What went wrong at an address, by VkDeviceFaultAddressTypeEXT. */
const ADDRESS_TYPES: ReadonlyMap<number, string> = new Map([
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_NONE_EXT, 'something'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_READ_INVALID_EXT, 'an invalid read'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT, 'an invalid write'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_EXECUTE_INVALID_EXT, 'an invalid instruction'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_UNKNOWN_EXT, 'an instruction'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_INVALID_EXT, 'an invalid instruction pointer'],
  [V.VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_FAULT_EXT, 'a faulting instruction'],
]);

/** Asks a lost device, whose feature deviceFault is on, what happened; undefined where it doesn't say. */
export function readFault(commands: DeviceCommands): DeviceFault | undefined {
  return V.arena.scope(() => {
    const out = V.VkDeviceFaultCountsEXT.allocate();
    if (commands.vkGetDeviceFaultInfoEXT(commands.handle, out, V.NULL) < 0) return undefined;
    const counts = V.VkDeviceFaultCountsEXT.read(out);
    const addresses = V.VkDeviceFaultAddressInfoEXT.allocate({}, counts.addressInfoCount);
    const vendor = V.VkDeviceFaultVendorInfoEXT.allocate({}, counts.vendorInfoCount);
    // The vendor's binary dump is for the vendor's tools: none is asked for.
    V.VkDeviceFaultCountsEXT.write(out, { vendorBinarySize: 0 });
    const info = V.VkDeviceFaultInfoEXT.allocate({
      pAddressInfos: counts.addressInfoCount > 0 ? addresses : V.NULL,
      pVendorInfos: counts.vendorInfoCount > 0 ? vendor : V.NULL,
    });
    if (commands.vkGetDeviceFaultInfoEXT(commands.handle, out, info) < 0) return undefined;
    const given = V.VkDeviceFaultCountsEXT.read(out);
    return {
      description: V.VkDeviceFaultInfoEXT.read(info).description,
      addresses: V.VkDeviceFaultAddressInfoEXT.readArray(addresses, given.addressInfoCount).map((each) => ({
        type: ADDRESS_TYPES.get(each.addressType) ?? 'something',
        address: each.reportedAddress,
        precision: each.addressPrecision,
      })),
      vendor: V.VkDeviceFaultVendorInfoEXT.readArray(vendor, given.vendorInfoCount).map((each) => ({
        description: each.description,
        code: each.vendorFaultCode,
        value: each.vendorFaultData,
      })),
    };
  });
}
