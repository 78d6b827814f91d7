/**
 * @file Roles: what a resource is for. A resource carries its role in its type, and a role tells which usages it allows,
 * and which of them a pass means that says no more than "reads" or "writes". 'any' allows everything.
 */

import type { Access } from './access.ts';

type Storage = 'storage-read' | 'storage-write';
type Transfer = 'transfer-source' | 'transfer-target';

/** The usages that each role of a buffer allows. */
export interface BufferRoles {
  any: Access;
  storage: Storage | Transfer;
  uniform: 'uniform' | 'host-write' | Storage | Transfer;
  vertex: 'vertex' | Storage | Transfer;
  index: 'index' | Storage | Transfer;
  indirect: 'indirect' | 'conditional' | Storage | Transfer;
  upload: 'host-write' | 'transfer-source' | 'storage-read' | 'uniform';
  download: 'host-read' | 'transfer-target' | 'storage-write';
}

/** The usages that each role of an image allows. */
export interface ImageRoles {
  any: Access;
  texture: 'sampled' | Transfer;
  'storage-image': 'sampled' | Storage | Transfer;
  'render-target': 'color-attachment' | 'sampled' | Transfer;
  'depth-target': 'depth-attachment' | 'sampled' | Transfer;
}

/** What a buffer is for. */
export type BufferRole = keyof BufferRoles;

/** Every role of a buffer. */
export const BUFFER_ROLES: readonly BufferRole[] = Object.freeze([
  'any',
  'storage',
  'uniform',
  'vertex',
  'index',
  'indirect',
  'upload',
  'download',
]);

/** What an image is for. */
export type ImageRole = keyof ImageRoles;

/** Every role of an image. */
export const IMAGE_ROLES: readonly ImageRole[] = Object.freeze([
  'any',
  'texture',
  'storage-image',
  'render-target',
  'depth-target',
]);

/** What a resource is for. */
export type Role = BufferRole | ImageRole;

/** The words that a resource of role R may be used as. */
export type RoleUsage<R extends Role> = (BufferRoles & ImageRoles)[R];

/** What a role means: the usages of a pass that only says "reads" or "writes", and every other that it allows. */
export interface RoleMeaning {
  readonly read: Access;
  readonly write: Access;
  /** Beside these two; 'any': all. */
  readonly also: readonly Access[] | 'any';
}

const STORAGE: readonly Access[] = ['storage-read', 'storage-write'];
const TRANSFER: readonly Access[] = ['transfer-source', 'transfer-target'];
const BOTH: readonly Access[] = [...STORAGE, ...TRANSFER];

const MEANINGS: Readonly<Record<Role, RoleMeaning>> = Object.freeze({
  any: { read: 'storage-read', write: 'storage-write', also: 'any' },
  storage: { read: 'storage-read', write: 'storage-write', also: TRANSFER },
  uniform: { read: 'uniform', write: 'transfer-target', also: ['host-write', ...BOTH] },
  vertex: { read: 'vertex', write: 'transfer-target', also: BOTH },
  index: { read: 'index', write: 'transfer-target', also: BOTH },
  indirect: { read: 'indirect', write: 'storage-write', also: ['conditional', ...BOTH] },
  upload: { read: 'transfer-source', write: 'host-write', also: ['storage-read', 'uniform'] },
  download: { read: 'host-read', write: 'transfer-target', also: ['storage-write'] },
  texture: { read: 'sampled', write: 'transfer-target', also: TRANSFER },
  'storage-image': { read: 'storage-read', write: 'storage-write', also: ['sampled', ...TRANSFER] },
  'render-target': { read: 'sampled', write: 'color-attachment', also: TRANSFER },
  'depth-target': { read: 'sampled', write: 'depth-attachment', also: TRANSFER },
});

/** What a role means; an unknown one is a TypeError. */
export function roleMeaning(role: Role): RoleMeaning {
  const meaning = MEANINGS[role];
  if (!meaning) throw new TypeError(`Cannot use role "${role}": it is none of ${Object.keys(MEANINGS).join(', ')}`);
  return meaning;
}

/** Whether a resource of this role may be used so. */
export function roleAllows(role: Role, access: Access): boolean {
  const { read, write, also } = roleMeaning(role);
  return also === 'any' || access === read || access === write || also.includes(access);
}
