package dev.kintsugi.core.archive;

/** The operations of a {@link Backend}, as decorators count them and make them fail. */
public enum BackendOperation {
  /** {@link Backend#write}. */
  WRITE,
  /** {@link Backend#replace}. */
  REPLACE,
  /** {@link Backend#read}. */
  READ,
  /** {@link Backend#size}. */
  SIZE,
  /** {@link Backend#delete}. */
  DELETE,
  /** {@link Backend#list}. */
  LIST,
  /** {@link Backend#readRecord}. */
  READ_RECORD,
  /** {@link Backend#writeRecord}. */
  WRITE_RECORD,
  /** {@link Backend#deleteRecord}. */
  DELETE_RECORD,
  /** {@link Backend#capacity}. */
  CAPACITY
}
