package dev.kintsugi.core.internal.format.v1;

import dev.kintsugi.core.internal.format.Role;
import dev.kintsugi.core.internal.format.StripeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a shard record's sealed header says. All shards of a stripe say the same but for the index.
 *
 * @param role what the stripe holds
 * @param stripe the stripe's id
 * @param index the shard's index in the stripe, 0 to 254
 * @param scheme such as {@code rs:4+2}, 1 to {@value #MAX_SCHEME} printable ASCII characters
 * @param payloadLength bytes of the payload, 1 to {@link ShardRecord#MAX_PAYLOAD}
 * @param group the group's number
 * @param keyVersion the version of the group's secret
 * @param epoch the epoch the stripe was written in
 * @param sequence the commit that a manifest stripe belongs to, 0 for a data stripe
 * @param head sealed bytes of a manifest stripe's commit header, 0 for a data stripe
 * @param masked whether the payload is masked, see {@link ShardKeys#mask}
 */
public record ShardHeader(
    Role role,
    StripeId stripe,
    int index,
    String scheme,
    int payloadLength,
    long group,
    int keyVersion,
    long epoch,
    long sequence,
    int head,
    boolean masked) {
  /** Longest name of a scheme. */
  public static final int MAX_SCHEME = 39;

  /** Length of the plaintext header with the payload's MAC, in bytes. */
  static final int PLAIN_LENGTH = 160;

  private static final String STRUCTURE = "shard header";
  private static final int MAC_LENGTH = 16;
  private static final int RESERVED = PLAIN_LENGTH - 115;

  /** Validates the ranges. */
  public ShardHeader {
    if (index < 0 || index > 254) {
      throw new IllegalArgumentException("index (" + index + ") must be in 0..254");
    }
    if (!isScheme(scheme)) {
      throw new IllegalArgumentException(
          "scheme (" + scheme + ") must be 1 to " + MAX_SCHEME + " printable ASCII characters");
    }
    if (payloadLength < 1 || payloadLength > ShardRecord.MAX_PAYLOAD) {
      throw new IllegalArgumentException(
          "payloadLength (" + payloadLength + ") must be in 1.." + ShardRecord.MAX_PAYLOAD);
    }
    if (sequence < 0 || epoch < 0 || head < 0) {
      throw new IllegalArgumentException(
          "sequence (%d), epoch (%d) and head (%d) must not be negative"
              .formatted(sequence, epoch, head));
    }
  }

  /** Returns the header of another shard of the same stripe. */
  public ShardHeader withIndex(int other) {
    return new ShardHeader(
        role,
        stripe,
        other,
        scheme,
        payloadLength,
        group,
        keyVersion,
        epoch,
        sequence,
        head,
        masked);
  }

  /** Writes the plaintext header, {@value #PLAIN_LENGTH} bytes. */
  byte[] encode(byte[] mac) {
    byte[] name = scheme.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(PLAIN_LENGTH)
        .put((byte) role.code())
        .put((byte) index)
        .put((byte) name.length)
        .put(name)
        .put(new byte[MAX_SCHEME - name.length])
        .put(stripe.toBytes())
        .putLong(payloadLength)
        .putLong(group)
        .putInt(keyVersion)
        .putLong(epoch)
        .putLong(sequence)
        .putInt(head)
        .put(mac)
        .put((byte) (masked ? 1 : 0))
        .array();
  }

  /** Reads a plaintext header and the payload's MAC. */
  static Authenticated decode(byte[] plain) {
    FieldReader in = new FieldReader(STRUCTURE, plain);
    int roleCode = in.u8("role");
    Role role =
        switch (roleCode) {
          case 1 -> Role.DATA;
          case 2 -> Role.MANIFEST;
          default -> throw in.error("role", "1 or 2", Integer.toString(roleCode));
        };
    int index = in.u8("index");
    if (index > 254) {
      throw in.error("index", "0 to 254", Integer.toString(index));
    }
    int length = in.u8("scheme length");
    if (length < 1 || length > MAX_SCHEME) {
      throw in.error("scheme length", "1 to " + MAX_SCHEME, Integer.toString(length));
    }
    String scheme = new String(in.bytes("scheme", length), StandardCharsets.US_ASCII);
    if (!isScheme(scheme)) {
      throw in.error("scheme", "printable ASCII", scheme);
    }
    in.zeros("scheme padding", MAX_SCHEME - length);
    StripeId stripe = StripeId.of(in.bytes("stripe", StripeId.BYTES));
    long payloadLength = in.i64("payload length");
    if (payloadLength < 1 || payloadLength > ShardRecord.MAX_PAYLOAD) {
      throw in.error(
          "payload length", "1 to " + ShardRecord.MAX_PAYLOAD, Long.toString(payloadLength));
    }
    long group = in.i64("group");
    int keyVersion = in.i32("key version");
    long epoch = in.u63("epoch");
    long sequence = in.u63("sequence");
    int head = in.count("head", 0, Integer.MAX_VALUE);
    byte[] mac = in.bytes("payload MAC", MAC_LENGTH);
    int mask = in.u8("mask");
    if (mask > 1) {
      throw in.error("mask", "0 or 1", Integer.toString(mask));
    }
    in.zeros("reserved", RESERVED);
    in.end();
    return new Authenticated(
        new ShardHeader(
            role,
            stripe,
            index,
            scheme,
            (int) payloadLength,
            group,
            keyVersion,
            epoch,
            sequence,
            head,
            mask == 1),
        mac);
  }

  private static boolean isScheme(String scheme) {
    return !scheme.isEmpty()
        && scheme.length() <= MAX_SCHEME
        && scheme.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  /**
   * A header whose seal was checked, with the MAC that its payload must have.
   *
   * @param header what it says
   * @param mac 16 bytes, not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a value
  public record Authenticated(ShardHeader header, byte[] mac) {}
}
