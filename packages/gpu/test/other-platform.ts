/** Makes its process, or thread, one of the platform that OTHER_PLATFORM names, once the foreign function interface is loaded. */
import '@halocline/vulkan';

Object.defineProperty(process, 'platform', { value: process.env['OTHER_PLATFORM'] });
