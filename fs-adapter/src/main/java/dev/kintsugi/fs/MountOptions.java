package dev.kintsugi.fs;

/**
 * How a vault is mounted. Mounts are read-only.
 *
 * @param allowOther let every user of the machine in, subject to the files' modes and owners
 *     (FUSE's {@code allow_other} with {@code default_permissions}); otherwise only the user who
 *     mounts gets in, and reads everything, whatever the modes say, for he holds the passphrase.
 *     Users other than root need {@code user_allow_other} in {@code /etc/fuse.conf}
 */
public record MountOptions(boolean allowOther) {
  /** Returns the options of a read-only mount for the user who mounts. */
  public static MountOptions readOnly() {
    return new MountOptions(false);
  }

  /** Returns these options with {@link #allowOther} changed. */
  public MountOptions withAllowOther(boolean allow) {
    return new MountOptions(allow);
  }
}
