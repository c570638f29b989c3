/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The error codes of RSMAPI with their original numbers and names.
 *
 * <p>{@code RSMERR_} stands before each name in C. The numbers from 100 on belong to the driver
 * level; an application sees the few of them listed here.
 */
public enum RsmError {
  /** The plug-in table has another version. */
  BAD_LIBRARY_VERSION(1, "the plug-in table has another version"),
  /** No place for the topology was given. */
  BAD_TOPOLOGY_PTR(2, "no place for the topology was given"),
  /** The controller handle is not valid, or has been released. */
  BAD_CTLR_HNDL(3, "the controller handle is not valid or has been released"),
  /** There is no such controller. */
  CTLR_NOT_PRESENT(4, "there is no such controller"),
  /** The segment handle is not valid, of the wrong kind, or in the wrong state. */
  BAD_SEG_HNDL(5, "the segment handle is not valid, of the wrong kind, or in the wrong state"),
  /** The segment is published already. */
  SEG_ALREADY_PUBLISHED(6, "the segment is published already; unpublish it first"),
  /** No segment is published under this id. */
  SEG_NOT_PUBLISHED(7, "no segment is published under this id"),
  /** The access list does not name the importer's node. */
  SEG_NOT_PUBLISHED_TO_NODE(8, "the access list does not name the importer's node"),
  /** The import is mapped already. */
  SEG_ALREADY_MAPPED(9, "the import is mapped already; one mapping per handle"),
  /** An explicit mapping exists. */
  SEG_STILL_MAPPED(10, "an explicit mapping exists; unmap it first"),
  /** There is nothing to unmap. */
  SEG_NOT_MAPPED(11, "there is nothing to unmap"),
  /** The caller did not create the segment. */
  NOT_CREATOR(12, "the caller did not create the segment"),
  /** No barrier was given. */
  BAD_BARRIER_PTR(13, "no barrier was given"),
  /** The scatter-gather request is unusable. */
  BAD_SGIO(14, "the scatter-gather request is unusable"),
  /** The handle of local memory is not valid. */
  BAD_LOCALMEM_HNDL(15, "the handle of local memory is not valid"),
  /** The address is not valid. */
  BAD_ADDR(16, "the address is not valid"),
  /** Address, length or offset is misaligned. */
  BAD_MEM_ALIGNMENT(17, "address, length or offset is not a multiple of its unit"),
  /** The transfer lies outside the mapped window or the segment. */
  BAD_OFFSET(18, "the transfer lies outside the segment or the mapped window"),
  /** The offset is misaligned; never returned on purpose. */
  MISALIGNED_OFFSET(19, "the offset is misaligned"),
  /** The length is zero or too large. */
  BAD_LENGTH(20, "the length is zero or too large"),
  /** The access list is malformed. */
  BAD_ACL(21, "the access list is malformed: at most 64 entries, digits of 0, 2, 4, 6"),
  /** No segment id was given. */
  BAD_SEGID(22, "no segment id was given"),
  /** The id lies in a reserved range. */
  RESERVED_SEGID(23, "the id is reserved; use 0x400000 to 0x7fffffff, or 0 to have one assigned"),
  /** The id is published already on this node. */
  SEGID_IN_USE(24, "the id is published already on this node"),
  /** Neither of the two barrier modes. */
  BAD_MODE(25, "neither of the two barrier modes"),
  /** The permission to map is bad or exceeds the connection's. */
  BAD_PERMS(26, "the mapping's permission exceeds the connection's"),
  /** The permission check failed. */
  PERM_DENIED(27, "permission denied"),
  /** Never returned. */
  LOCKS_NOT_SUPPORTED(28, "locks are not supported"),
  /** Never returned. */
  LOCKS_NOT_ENABLED(29, "locks are not enabled"),
  /** The segment was created without leave to rebind. */
  REBIND_NOT_ALLOWED(30, "the segment was created without leave to rebind"),
  /** Handles, ids or mappings have run out. */
  INSUFFICIENT_RESOURCES(31, "handles, ids or mappings have run out"),
  /** Memory has run out. */
  INSUFFICIENT_MEM(32, "memory has run out"),
  /** The mapping failed for another reason. */
  MAP_FAILED(33, "the mapping failed"),
  /** Pollable descriptors are still referenced. */
  POLLFD_IN_USE(34, "pollable descriptors are still referenced"),
  /** The barrier is not initialised. */
  BARRIER_UNINITIALIZED(35, "the barrier is not initialised"),
  /** The barrier could not be opened. */
  BARRIER_OPEN_FAILED(36, "the barrier could not be opened"),
  /** The barrier is not open. */
  BARRIER_NOT_OPENED(37, "the barrier is not open"),
  /** Accesses in the span failed. */
  BARRIER_FAILURE(38, "accesses in the span failed"),
  /** There is no live path to the node. */
  REMOTE_NODE_UNREACHABLE(39, "there is no live path to the node"),
  /** The connection ended: exporter unpublished or died, or the path was lost. */
  CONN_ABORTED(40, "the connection ended: the exporter withdrew the segment or died; connect anew"),
  /** The thread was interrupted, or a connect was overtaken by an unpublish. */
  INTERRUPTED(41, "the wait was interrupted"),
  /** Nothing arrived in time. */
  TIMEOUT(42, "nothing arrived in time"),
  /** No range is registered for the application. */
  BAD_APPID(43, "no range is registered for the application"),
  /** The segment id file is missing, unreadable or malformed. */
  BAD_CONF(44, "the segment id file is missing, unreadable or malformed"),
  /** The import is not connected. */
  SEG_NOT_CONNECTED(45, "the import is not connected"),
  /** Something that should not happen. */
  INTERNAL_ERROR(100, "an internal error"),
  /** The two sides speak different versions. */
  BAD_DRIVER_VERSION(101, "the two sides speak different versions"),
  /** poll(2) rejects the arguments. */
  BAD_ARGS_ERRORS(117, "the arguments are rejected"),
  /** The operation does not exist here. */
  UNSUPPORTED_OPERATION(127, "the operation does not exist here"),
  /** The operation may or may not have been executed. */
  COMM_ERR_MAYBE_DELIVERED(131, "the operation may or may not have been executed");

  private static final Map<Integer, RsmError> BY_NUMBER = byNumber();

  private final int number;
  private final String meaning;

  RsmError(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /**
   * Tells the original number.
   *
   * @return the code a C program sees
   */
  public int number() {
    return number;
  }

  /**
   * Tells the name a C program uses.
   *
   * @return the name with its prefix
   */
  public String originalName() {
    return "RSMERR_" + name();
  }

  /**
   * Says in words what is wrong.
   *
   * @return half a sentence
   */
  public String meaning() {
    return meaning;
  }

  /**
   * Finds the error of a number.
   *
   * @param number the original code
   * @return the error, empty if this table has none of that number
   */
  public static Optional<RsmError> of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }

  private static Map<Integer, RsmError> byNumber() {
    Map<Integer, RsmError> table = new HashMap<>();
    for (RsmError error : values()) {
      table.put(error.number, error);
    }
    return table;
  }
}
