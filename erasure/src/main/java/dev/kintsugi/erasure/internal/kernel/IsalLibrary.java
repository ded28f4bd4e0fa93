package dev.kintsugi.erasure.internal.kernel;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import dev.kintsugi.erasure.KernelUnavailableException;
import java.nio.ByteBuffer;

/**
 * The functions of {@code libisal.so.2} that code rows, through jffi, the lower half of jnr-ffi.
 */
final class IsalLibrary {
  private static final String FILE = "libisal.so.2";

  private final Invoker invoker = Invoker.getInstance();
  private final MemoryIO memory = MemoryIO.getInstance();
  private final CallContext initContext =
      new CallContext(Type.VOID, Type.SINT, Type.SINT, Type.POINTER, Type.POINTER);
  private final CallContext encodeContext =
      new CallContext(
          Type.VOID, Type.SINT, Type.SINT, Type.SINT, Type.POINTER, Type.POINTER, Type.POINTER);
  private final CallContext updateContext =
      new CallContext(
          Type.VOID,
          Type.SINT,
          Type.SINT,
          Type.SINT,
          Type.SINT,
          Type.POINTER,
          Type.POINTER,
          Type.POINTER);

  /** Keeps the library loaded. */
  private final Library library;

  private final long init;
  private final long encode;
  private final long update;

  private IsalLibrary(Library library) {
    this.library = library;
    this.init = symbol("ec_init_tables");
    this.encode = symbol("ec_encode_data");
    this.update = symbol("ec_encode_data_update");
  }

  /**
   * Loads the library.
   *
   * @throws KernelUnavailableException if it is not installed or lacks a function
   */
  static IsalLibrary load() {
    Library library = Library.getCachedInstance(FILE, Library.NOW);
    if (library == null) {
      throw new KernelUnavailableException(
          "%s cannot be loaded: %s".formatted(FILE, Library.getLastError()));
    }
    return new IsalLibrary(library);
  }

  private long symbol(String name) {
    long address = library.getSymbolAddress(name);
    if (address == 0) {
      throw new KernelUnavailableException("%s has no function %s".formatted(FILE, name));
    }
    return address;
  }

  /** Returns the address of the first byte of a direct buffer. */
  long address(ByteBuffer buffer) {
    return memory.getDirectBufferAddress(buffer);
  }

  /** Expands rows × inputs coefficients into 32 bytes of tables for each. */
  void initTables(int inputs, int rows, ByteBuffer coefficients, ByteBuffer tables) {
    invoker.invokeN4(initContext, init, inputs, rows, address(coefficients), address(tables));
  }

  /** Overwrites the outputs; the pointers are those of the inputs, then those of the outputs. */
  void encode(int length, int inputs, int rows, ByteBuffer tables, ByteBuffer pointers) {
    long sources = address(pointers);
    invoker.invokeN6(
        encodeContext,
        encode,
        length,
        inputs,
        rows,
        address(tables),
        sources,
        sources + (long) inputs * Long.BYTES);
  }

  /** Adds the product of one input to the outputs. */
  void update(int length, int inputs, int rows, int input, ByteBuffer tables, ByteBuffer pointers) {
    com.kenai.jffi.HeapInvocationBuffer arguments =
        new com.kenai.jffi.HeapInvocationBuffer(updateContext);
    arguments.putInt(length);
    arguments.putInt(inputs);
    arguments.putInt(rows);
    arguments.putInt(input);
    arguments.putAddress(address(tables));
    arguments.putAddress(pointers.getLong(input * Long.BYTES));
    arguments.putAddress(address(pointers) + (long) inputs * Long.BYTES);
    invoker.invokeInt(updateContext, update, arguments);
  }
}
