package dev.kintsugi.erasure.internal.kernel;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import dev.kintsugi.erasure.KernelUnavailableException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  /** Returns new memory outside the heap. */
  Memory allocate(int bytes) {
    return new Memory(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
  }

  /** Expands rows × inputs coefficients into 32 bytes of tables for each. */
  void initTables(int inputs, int rows, Memory coefficients, Memory tables) {
    invoker.invokeN4(initContext, init, inputs, rows, coefficients.address, tables.address);
  }

  /** Overwrites the outputs; the pointers are those of the inputs, then those of the outputs. */
  void encode(int length, int inputs, int rows, Memory tables, Memory pointers) {
    invoker.invokeN6(
        encodeContext,
        encode,
        length,
        inputs,
        rows,
        tables.address,
        pointers.address,
        pointers.address + (long) inputs * Long.BYTES);
  }

  /** Adds the product of one input to the outputs; the pointers are as in {@link #encode}. */
  void update(
      int length,
      int inputs,
      int rows,
      int input,
      Memory tables,
      Memory pointers,
      Arguments arguments) {
    arguments.setInt(0, length);
    arguments.setInt(1, inputs);
    arguments.setInt(2, rows);
    arguments.setInt(3, input);
    arguments.setLong(4, tables.address);
    arguments.setLong(5, pointers.bytes.getLong(input * Long.BYTES));
    arguments.setLong(6, pointers.address + (long) inputs * Long.BYTES);
    try {
      invoker.invoke(updateContext, update, arguments.result(), arguments.addresses);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  /** Returns room for the arguments of {@link #update}; one thread may use it at a time. */
  Arguments arguments() {
    return new Arguments(updateContext.getParameterCount());
  }

  /** Memory outside the heap, in native order; its address, a call through JNI, is kept. */
  final class Memory {
    final ByteBuffer bytes;
    final long address;

    private Memory(ByteBuffer bytes) {
      this.bytes = bytes;
      this.address = address(bytes);
    }
  }

  /**
   * Arguments of a function in memory outside the heap: more than six can be passed without making
   * anything only so.
   */
  final class Arguments {
    private final Memory values;
    private final long[] addresses;

    private Arguments(int count) {
      this.values = allocate((count + 1) * Long.BYTES);
      this.addresses = new long[count];
      for (int i = 0; i < count; i++) {
        addresses[i] = values.address + (long) i * Long.BYTES;
      }
    }

    private void setInt(int index, int value) {
      values.bytes.putInt(index * Long.BYTES, value);
    }

    private void setLong(int index, long value) {
      values.bytes.putLong(index * Long.BYTES, value);
    }

    private long result() {
      return values.address + (long) addresses.length * Long.BYTES;
    }
  }
}
